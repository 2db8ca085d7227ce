-- Who may say "it was me", what an unfamiliar device did, and who let whom in.

-- The session that let this one in by its code, and the device that held that one: signing it out offers this one too.
ALTER TABLE sessions ADD COLUMN let_in_by        TEXT REFERENCES sessions (id);
ALTER TABLE sessions ADD COLUMN let_in_by_device TEXT REFERENCES devices (id);
CREATE INDEX sessions_let_in ON sessions (let_in_by_device) WHERE let_in_by_device IS NOT NULL;

-- What an alert is about, and what the device did, as JSON.
ALTER TABLE alerts ADD COLUMN kind TEXT NOT NULL DEFAULT 'sign_in';
ALTER TABLE alerts ADD COLUMN did  TEXT NOT NULL DEFAULT '{}';

-- Who waits for a day to speak for a household in which nobody else is left; one an account.
CREATE TABLE waits (
    account_id TEXT   PRIMARY KEY REFERENCES accounts (id),
    session_id TEXT   NOT NULL REFERENCES sessions (id),
    what       TEXT   NOT NULL,             -- what it asked for: the same is good at the end, and nothing else
    asked_at   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL
);
