-- +goose Up
-- The people: switched off, signed in where, let in by a one-time link, and with
-- a second factor. Like users and sessions, all this is the same in every book.

ALTER TABLE users ADD COLUMN disabled_at BIGINT NOT NULL DEFAULT 0; -- 0 while he may sign in
ALTER TABLE users ADD COLUMN totp BLOB;                              -- the secret, sealed; NULL for none
ALTER TABLE users ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;    -- of the last code: each is good once
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';     -- browser and system, in short
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';

CREATE TABLE invitations (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,         -- SHA-256 of the link's token (BLOB is PostgreSQL's BYTEA)
    name       TEXT NOT NULL CHECK (name <> ''),
    role       TEXT NOT NULL CHECK (role IN ('owner', 'cashier', 'accountant')),
    user_id    BIGINT REFERENCES users (id), -- whose password it sets anew; NULL for somebody new
    created_by BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0     -- used or taken back; 0 while it is good
);

CREATE INDEX invitations_open ON invitations (expires_at) WHERE ended_at = 0;

CREATE TABLE recovery_codes (
    user_id   BIGINT NOT NULL REFERENCES users (id),
    code_hash BLOB NOT NULL, -- keyed (store/keyring.go)
    PRIMARY KEY (user_id, code_hash)
);
