-- One rare alert is found among all without reading them.
CREATE INDEX alerts_in_state ON alerts (account_id, state, id);
