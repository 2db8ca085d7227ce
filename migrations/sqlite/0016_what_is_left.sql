-- What a household chose not to do after the set-up: JSON, a list of words. Everything else that is left to do shows by itself.
ALTER TABLE accounts ADD COLUMN skipped_steps TEXT NOT NULL DEFAULT '[]';
