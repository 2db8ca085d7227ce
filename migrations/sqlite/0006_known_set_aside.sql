-- What was kept of an account for the rule and could not be read any more, as it was. Learning began anew beside it; nothing
-- reads this but a person who wants to know.

CREATE TABLE familiarity_set_aside (
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    at         BIGINT NOT NULL,
    part       TEXT   NOT NULL,             -- known or settings
    written    TEXT   NOT NULL,
    cause      TEXT   NOT NULL
);
CREATE INDEX set_aside_of_account ON familiarity_set_aside (account_id, at);
