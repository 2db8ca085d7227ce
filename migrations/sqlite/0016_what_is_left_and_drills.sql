-- What a household chose not to do after the set-up: JSON, a list of words. Everything else that is left to do shows by itself.
ALTER TABLE accounts ADD COLUMN skipped_steps TEXT NOT NULL DEFAULT '[]';

-- Whether a device is the made-up stranger of a fire drill. Whatever is about such a device goes with it: at the end of the drill,
-- and at the next start of a home that ended in the middle of one.
ALTER TABLE devices ADD COLUMN drill BIGINT NOT NULL DEFAULT 0;
CREATE INDEX devices_of_drills ON devices (account_id) WHERE drill <> 0;
