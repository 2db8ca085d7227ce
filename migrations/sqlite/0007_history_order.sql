-- One rare line of the history is found among a million without reading them: an index for each filter. The one of devices
-- named no account, and its rows were filtered one by one.

CREATE INDEX history_of_kind ON history (account_id, kind, id);
DROP INDEX history_of_device;
CREATE INDEX history_of_device ON history (account_id, device_id, id) WHERE device_id IS NOT NULL;
CREATE INDEX history_of_device_and_kind ON history (account_id, device_id, kind, id) WHERE device_id IS NOT NULL;
