-- When sessions were active, where that is all there is to say: a second of many sessions is a few pages here, and not
-- a page of each all over the large tables. It goes into their rows with the next news, and when the home starts.
CREATE TABLE activity (
    session_id TEXT   PRIMARY KEY,
    at         BIGINT NOT NULL
) WITHOUT ROWID;
