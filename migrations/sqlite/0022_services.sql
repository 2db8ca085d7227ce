-- A device may hold several sessions, and a session has a source: this home, or a watched service with that service's own id for it.

DROP INDEX one_live_session_a_device;
CREATE INDEX live_sessions_of_device ON sessions (device_id) WHERE ended_at IS NULL;

-- The host name of the site behind the guard where a session was last used; NULL: the home itself.
ALTER TABLE sessions ADD COLUMN site TEXT;
UPDATE sessions SET site = (SELECT service FROM devices WHERE devices.id = sessions.device_id)
    WHERE id IN (SELECT last_session_id FROM devices WHERE service <> 'Latchkey');
ALTER TABLE devices DROP COLUMN service;

-- Servers with sign-ins of their own that an account watches. Their keys are not here.
CREATE TABLE services (
    id            TEXT   PRIMARY KEY NOT NULL,
    account_id    TEXT   NOT NULL REFERENCES accounts (id),
    kind          TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    url           TEXT   NOT NULL,
    pin           TEXT,
    server        TEXT,
    version       TEXT,
    state         TEXT   NOT NULL,
    detail        TEXT,
    added_at      BIGINT NOT NULL,
    last_read_at  BIGINT,
    paused_at     BIGINT,
    gone_through  BIGINT NOT NULL DEFAULT 0,
    -- What its kind remembers from one look to the next.
    cursor        TEXT,
    -- Removed, and in here only for what the history and ended sessions say of it.
    removed_at    BIGINT
);
CREATE INDEX services_of_account ON services (account_id, id);

-- Who has sign-ins at a service, and whose profile that is here. `chosen`: a person said so; else it is a guess by the name.
CREATE TABLE service_people (
    service_id TEXT   NOT NULL REFERENCES services (id),
    person_id  TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    profile_id TEXT   REFERENCES profiles (id),
    chosen     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (service_id, person_id)
);

-- Which device an installed client of a service is: by the service's own id of the client, or of the sign-in where it has none.
-- `own_device_id` is the device that was made for it, and `joined_at` when a person said that it is another one.
CREATE TABLE service_clients (
    service_id    TEXT   NOT NULL REFERENCES services (id),
    client_id     TEXT   NOT NULL,
    device_id     TEXT   NOT NULL REFERENCES devices (id),
    own_device_id TEXT   NOT NULL REFERENCES devices (id),
    seen_at       BIGINT NOT NULL,
    joined_at     BIGINT,
    PRIMARY KEY (service_id, client_id)
);
CREATE INDEX service_clients_of_device ON service_clients (device_id);

-- A session that lives at a service. It has no token here: `token_hash` is that of a secret that nobody has.
ALTER TABLE sessions ADD COLUMN service_id  TEXT REFERENCES services (id);  -- NULL: this home
ALTER TABLE sessions ADD COLUMN external_id TEXT;
ALTER TABLE sessions ADD COLUMN client_id   TEXT;    -- of service_clients
ALTER TABLE sessions ADD COLUMN promise     TEXT;    -- JSON; NULL: the next request
ALTER TABLE sessions ADD COLUMN told        TEXT;    -- JSON: what the service says of it
ALTER TABLE sessions ADD COLUMN asked_at    BIGINT;  -- since when its end is asked for
ALTER TABLE sessions ADD COLUMN asked_by    TEXT;    -- the session that asked
ALTER TABLE sessions ADD COLUMN refusal     TEXT;    -- why the service does not end it, in a sentence
CREATE UNIQUE INDEX live_sign_ins ON sessions (service_id, external_id) WHERE service_id IS NOT NULL AND ended_at IS NULL;
-- Devices that were never seen at a service are in none of its pages: their lists cost what they did.
CREATE INDEX sign_ins_of_device ON sessions (device_id) WHERE service_id IS NOT NULL;
CREATE INDEX asked_ends ON sessions (service_id) WHERE asked_at IS NOT NULL AND ended_at IS NULL;

-- Services without an API for it that the household has an account at, and when somebody last looked there.
CREATE TABLE service_cards (
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    card       TEXT   NOT NULL,
    since      BIGINT NOT NULL,
    looked_at  BIGINT,
    PRIMARY KEY (account_id, card)
);

-- Plans of bad evenings. `rows` and `tasks` are JSON.
CREATE TABLE plans (
    id         TEXT   PRIMARY KEY NOT NULL,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    kind       TEXT   NOT NULL,
    device_id  TEXT   REFERENCES devices (id),
    profile_id TEXT   REFERENCES profiles (id),
    about      TEXT,
    rows       TEXT   NOT NULL,
    tasks      TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    begun_at   BIGINT,
    done_at    BIGINT
);
CREATE INDEX plans_of_account ON plans (account_id, id);
