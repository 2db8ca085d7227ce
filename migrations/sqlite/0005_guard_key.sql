-- The guard key of a session: what the sites behind the guard see in place of its token, and what is good at the guard
-- only. Its hash, as of every secret; NULL for a session that has none.
ALTER TABLE sessions ADD COLUMN guard_hash BLOB;
