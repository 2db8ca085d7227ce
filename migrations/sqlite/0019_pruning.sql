-- What is old is removed, a batch at a time. Sessions that ended are walked along in the order of their ends, those of one moment too;
-- and whether a session let another one in is looked up, also by the foreign key itself, when it is removed.
DROP INDEX ended_sessions;
CREATE INDEX ended_sessions ON sessions (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_by_letter_in ON sessions (let_in_by) WHERE let_in_by IS NOT NULL;
