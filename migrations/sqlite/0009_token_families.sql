-- Families of tokens: a refresh token may ask once more for the pair it was given, for a moment and until either token of
-- that pair is used. Since when the newest pair waits for its first use; NULL once it was used.
ALTER TABLE sessions ADD COLUMN refresh_since BIGINT;

-- Until now the one before stayed good until the newest was used, however long. It is spent.
INSERT INTO other_tokens (token_hash, session_id, state, since)
SELECT previous_refresh_hash, id, 'spent_refresh', last_active_at FROM sessions
WHERE ended_at IS NULL AND previous_refresh_hash IS NOT NULL
ON CONFLICT (token_hash) DO NOTHING;
UPDATE sessions SET previous_refresh_hash = NULL;

-- States of other_tokens from now on: offered, spent, displaced, replaced, spent_refresh, replaced_refresh.
