-- Answers from away from home: the relay that carries them (an ntfy server's address), what a browser signs its own with (a P-256
-- point, base64url) and the topic that the home listens to for it.
ALTER TABLE accounts ADD COLUMN relay_url TEXT;
ALTER TABLE channels ADD COLUMN reply_key TEXT;
ALTER TABLE channels ADD COLUMN inbox TEXT;
CREATE UNIQUE INDEX channels_by_inbox ON channels (inbox) WHERE inbox IS NOT NULL;

-- Answers that came by a relay and counted: each does so once, whatever the relay repeats.
CREATE TABLE relayed (
    channel_id TEXT   NOT NULL,
    answer_id  TEXT   NOT NULL,
    came_at    BIGINT NOT NULL,
    PRIMARY KEY (channel_id, answer_id)
);

CREATE INDEX relayed_by_time ON relayed (came_at);
