-- Wrong guesses at what guards money and second factors: they are counted on after
-- a restart.

-- +goose Up
CREATE TABLE guesses (
    name   TEXT PRIMARY KEY,  -- the kind of secret, "|", and the user's id
    failed BIGINT NOT NULL,
    last   BIGINT NOT NULL
);
