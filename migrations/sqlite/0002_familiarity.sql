-- Familiarity: what is known of an account in one row of bounded size, sessions that are held until somebody
-- answers, and devices that turned out to be one.

CREATE TABLE familiarity (
    account_id TEXT   PRIMARY KEY REFERENCES accounts (id),
    known      TEXT   NOT NULL,             -- JSON that only the rule reads
    settings   TEXT   NOT NULL              -- JSON
);
-- known_places is not written any more. It stays to begin the row above with, in homes that are older than it.

ALTER TABLE sessions ADD COLUMN held_at BIGINT;

ALTER TABLE alerts ADD COLUMN sign_in TEXT;  -- JSON: what was judged, so that an answer can teach
ALTER TABLE alerts ADD COLUMN telling TEXT NOT NULL DEFAULT 'aloud';

-- The device that this one turned out to be, and what that one was called before, to take it back.
ALTER TABLE devices ADD COLUMN continued_by TEXT REFERENCES devices (id);
ALTER TABLE devices ADD COLUMN before_merge TEXT;
CREATE INDEX devices_continued ON devices (continued_by) WHERE continued_by IS NOT NULL;
