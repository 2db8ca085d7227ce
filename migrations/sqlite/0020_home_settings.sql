-- What is set about the home itself, whichever account asks: JSON, by name. `home_networks`: the networks that somebody said are the
-- household's, which the home listens on.
CREATE TABLE home_settings (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
