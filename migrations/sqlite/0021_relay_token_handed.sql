-- When a device was handed the token that the relay asks for, with a push: it may have it still when it is signed out, until the
-- token is replaced.
ALTER TABLE devices ADD COLUMN relay_token_at BIGINT;

-- Of those before, whoever could have been.
UPDATE devices SET relay_token_at = last_active_at WHERE id IN (
    SELECT c.device_id FROM channels c JOIN accounts a ON a.id = c.account_id
    WHERE a.relay_token IS NOT NULL AND c.reply_key IS NOT NULL
);
