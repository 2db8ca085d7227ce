-- The last bit of each of a session's lines says from now on whether it was familiar there. Those that are there already do not
-- say it: they are judged anew.
UPDATE sessions SET judged_lines = NULL WHERE judged_lines IS NOT NULL;

-- What waits about a session follows it when its device signs in again.
CREATE INDEX alerts_of_session ON alerts (session_id);
