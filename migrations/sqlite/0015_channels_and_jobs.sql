-- How people are told where they are not looking, and the work for the world outside that comes of it.

CREATE TABLE channels (
    id               TEXT   PRIMARY KEY NOT NULL,
    account_id       TEXT   NOT NULL REFERENCES accounts (id),
    profile_id       TEXT   REFERENCES profiles (id),
    device_id        TEXT   NOT NULL REFERENCES devices (id),
    name             TEXT   NOT NULL,
    -- JSON: its kind, where it goes and with what keys.
    target           TEXT   NOT NULL,
    -- JSON: from and to, in minutes of the day.
    quiet_hours      TEXT,
    time_zone        TEXT,
    created_at       BIGINT NOT NULL,
    state            TEXT   NOT NULL,
    detail           TEXT,
    last_delivery_at BIGINT
);

CREATE INDEX channels_of_account ON channels (account_id, id);
CREATE INDEX channels_of_device ON channels (device_id);

-- One row a piece of work, by what it does: 'tell CHANNEL ALERT'. A change of the cause raises the revision; the row is done
-- when the newest revision is.
CREATE TABLE jobs (
    id         TEXT   PRIMARY KEY NOT NULL,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    kind       TEXT   NOT NULL,
    target_id  TEXT   NOT NULL,
    about_id   TEXT,
    revision   BIGINT NOT NULL,
    -- The newest revision of which the other side may have heard, and the newest that it has.
    begun      BIGINT NOT NULL,
    done       BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    attempts   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    detail     TEXT
);

CREATE INDEX jobs_by_due ON jobs (state, due_at);
CREATE INDEX jobs_about ON jobs (about_id);
CREATE INDEX jobs_of_target ON jobs (target_id);

-- What a button outside may do: one answer to one alert, through one channel, once.
CREATE TABLE actions (
    token_hash BLOB   PRIMARY KEY NOT NULL,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    alert_id   TEXT   NOT NULL REFERENCES alerts (id),
    channel_id TEXT   NOT NULL,
    answer     TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE INDEX actions_of_alert ON actions (alert_id);
CREATE INDEX actions_of_channel ON actions (channel_id);

-- JSON: who answered, or signed out what it is about, by the names of then.
ALTER TABLE alerts ADD COLUMN acted_by TEXT;
