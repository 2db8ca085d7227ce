-- The lines that a session was judged on, eight bytes each, the latest last: after a start they are as good as before, and
-- the first request of each session needs no judgement. NULL: on none.
ALTER TABLE sessions ADD COLUMN judged_lines BLOB;

-- Keys that the home made for itself: line, which those numbers are made with.
CREATE TABLE home_keys (
    name TEXT PRIMARY KEY,
    key  BLOB NOT NULL
);
