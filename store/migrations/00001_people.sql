-- The people who sign in, and their browsers. Times are unix milliseconds UTC,
-- 0 for none. There is no way down: a book of money is restored from a backup,
-- not unbuilt.

-- +goose Up
CREATE TABLE users (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE, -- the name as it is compared: folded to lower case
    password_hash TEXT NOT NULL,        -- argon2id, standard encoding
    role          TEXT NOT NULL CHECK (role IN ('owner', 'cashier', 'accountant')),
    locale        TEXT NOT NULL CHECK (locale IN ('fr', 'en')),
    created_at    BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,             -- SHA-256 of the cookie's token (BLOB is PostgreSQL's BYTEA)
    user_id    BIGINT REFERENCES users (id), -- NULL until somebody signed in
    data       BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_user ON sessions (user_id);
