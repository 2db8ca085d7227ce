-- What a relay asks for, if it does: an access token of an ntfy server. As the keys of channels, it is kept as it is: it has to be sent.
ALTER TABLE accounts ADD COLUMN relay_token TEXT;

-- Topics begin from now on with what a relay can give such a token rights to.
UPDATE channels SET inbox = 'latchkey-relay-' || inbox WHERE inbox IS NOT NULL;
