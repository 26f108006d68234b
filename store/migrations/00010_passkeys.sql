-- +goose Up
-- Passkeys (WebAuthn): what signs a person in without a password.

CREATE TABLE passkeys (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       BIGINT NOT NULL REFERENCES users (id),
    credential_id BLOB NOT NULL UNIQUE, -- the authenticator's own (BLOB is PostgreSQL's BYTEA)
    data          BLOB NOT NULL,        -- JSON: public key, flags, counter
    name          TEXT NOT NULL CHECK (name <> ''),
    created_at    BIGINT NOT NULL,
    used_at       BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX passkeys_user ON passkeys (user_id, id);
