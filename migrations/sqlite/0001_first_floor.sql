-- Accounts, who uses them, which devices hold a key, and what ever happened.
-- Ids are UUIDv7 as text, times are milliseconds since 1970 in UTC, places and familiarity are JSON.

CREATE TABLE accounts (
    id            TEXT   PRIMARY KEY,
    login         TEXT   NOT NULL,
    login_key     TEXT   NOT NULL UNIQUE,   -- lower case: two spellings are one name
    password_hash TEXT   NOT NULL,          -- Argon2id, PHC string
    created_at    BIGINT NOT NULL,
    badge_seen_at BIGINT
);

CREATE TABLE profiles (
    id         TEXT   PRIMARY KEY,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    color      BIGINT NOT NULL,
    pin_hash   TEXT,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT                       -- kept, so that the history can still name it
);
CREATE INDEX profiles_of_account ON profiles (account_id);

CREATE TABLE devices (
    id              TEXT   PRIMARY KEY,
    account_id      TEXT   NOT NULL REFERENCES accounts (id),
    secret_hash     BLOB   NOT NULL,        -- SHA-256 of the device secret
    kind            TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    given_name      TEXT,
    model           TEXT,
    os              TEXT,
    app             TEXT,
    app_version     TEXT,
    service         TEXT   NOT NULL,
    first_seen_at   BIGINT NOT NULL,
    last_active_at  BIGINT NOT NULL,
    times_signed_in BIGINT NOT NULL,
    last_session_id TEXT   NOT NULL,
    UNIQUE (account_id, secret_hash)
);
CREATE INDEX devices_by_activity ON devices (account_id, last_active_at, id);

CREATE TABLE sessions (
    id                    TEXT   PRIMARY KEY,
    account_id            TEXT   NOT NULL REFERENCES accounts (id),
    device_id             TEXT   NOT NULL REFERENCES devices (id),
    token_hash            BLOB   NOT NULL UNIQUE,
    token_expires_at      BIGINT,
    refresh_hash          BLOB,
    previous_refresh_hash BLOB,             -- good until the new one is first used: an answer may get lost
    method                TEXT   NOT NULL,
    profile_id            TEXT   REFERENCES profiles (id),
    created_at            BIGINT NOT NULL,
    last_active_at        BIGINT NOT NULL,
    last_title            TEXT,
    address               TEXT,
    place                 TEXT   NOT NULL,
    country_code          TEXT,
    familiarity           TEXT   NOT NULL,
    ended_at              BIGINT,
    ended_reason          TEXT,
    ended_by              TEXT,
    refused_at            BIGINT            -- first request refused after the end
);
-- A device holds at most one session: signing in again replaces it.
CREATE UNIQUE INDEX one_live_session_a_device ON sessions (device_id) WHERE ended_at IS NULL;
CREATE INDEX live_sessions_of_account ON sessions (account_id) WHERE ended_at IS NULL;
CREATE INDEX ended_sessions ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_by_refresh ON sessions (refresh_hash) WHERE refresh_hash IS NOT NULL;
CREATE INDEX sessions_by_previous_refresh ON sessions (previous_refresh_hash) WHERE previous_refresh_hash IS NOT NULL;

-- Where an account has been: one row a place, however often.
CREATE TABLE known_places (
    account_id    TEXT   NOT NULL REFERENCES accounts (id),
    place_key     TEXT   NOT NULL,
    place         TEXT   NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    times         BIGINT NOT NULL,
    PRIMARY KEY (account_id, place_key)
);

CREATE TABLE alerts (
    id          TEXT   PRIMARY KEY,
    account_id  TEXT   NOT NULL REFERENCES accounts (id),
    device_id   TEXT   NOT NULL REFERENCES devices (id),
    session_id  TEXT   NOT NULL REFERENCES sessions (id),
    at          BIGINT NOT NULL,
    place       TEXT   NOT NULL,
    place_key   TEXT   NOT NULL,
    familiarity TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    answered_at BIGINT,
    answered_by TEXT
);
CREATE INDEX alerts_of_account ON alerts (account_id, id);
CREATE INDEX open_alerts_of_account ON alerts (account_id) WHERE state = 'open';
CREATE INDEX alerts_of_device ON alerts (device_id);

CREATE TABLE history (
    id            TEXT   PRIMARY KEY,
    account_id    TEXT   NOT NULL REFERENCES accounts (id),
    at            BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    device_id     TEXT,
    device_name   TEXT,
    session_id    TEXT,
    profile_name  TEXT,
    address       TEXT,
    place         TEXT,
    detail        TEXT,
    by_session_id TEXT
);
CREATE INDEX history_of_account ON history (account_id, id);
CREATE INDEX history_of_device ON history (device_id, id) WHERE device_id IS NOT NULL;
