-- +goose Up
-- Tills: devices that an owner trusts, on which cashiers take turns by a PIN.

ALTER TABLE users ADD COLUMN pin_hash TEXT NOT NULL DEFAULT ''; -- argon2id of a keyed hash; empty for none

CREATE TABLE tills (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE, -- SHA-256 of the device's cookie (BLOB is PostgreSQL's BYTEA)
    name       TEXT NOT NULL CHECK (name <> ''),
    trusted_by BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0,
    failures   BIGINT NOT NULL DEFAULT 0 -- wrong PINs in a row
);
