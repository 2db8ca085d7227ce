-- A session's token is renewed while it is used, so that a copy of it grows old. The tokens of a session besides the one
-- in use: offered and not yet taken, or spent.

CREATE TABLE other_tokens (
    token_hash BLOB   PRIMARY KEY,
    session_id TEXT   NOT NULL REFERENCES sessions (id),
    state      TEXT   NOT NULL,             -- offered, spent, or spent_refresh
    since      BIGINT NOT NULL
);
CREATE INDEX other_tokens_of_session ON other_tokens (session_id, since);

-- Whether its token is a browser's cookie and nobody else keeps it; since when it is the one in use.
ALTER TABLE sessions ADD COLUMN renews BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN token_since BIGINT;  -- NULL: since the session was made
