-- +goose Up
-- How much work the hash of a password is: measured on this machine at its first
-- start, and the same for every password from then on.

CREATE TABLE password_cost (
    id         INTEGER PRIMARY KEY CHECK (id = 1), -- there is one
    iterations BIGINT NOT NULL CHECK (iterations > 0) -- of argon2id
);
