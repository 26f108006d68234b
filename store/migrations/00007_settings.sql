-- +goose Up
-- What the owner sets: the shop as customers see it, which book is open, and the
-- keys to CamPay, sealed with a key that is not in this file (store/keyring.go).

CREATE TABLE shop (
    id         INTEGER PRIMARY KEY CHECK (id = 1), -- there is one
    name       TEXT NOT NULL CHECK (name <> ''),
    address    TEXT NOT NULL,
    footer     TEXT NOT NULL,
    logo       BLOB, -- PNG (BLOB is PostgreSQL's BYTEA); NULL for none
    book       TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    updated_at BIGINT NOT NULL
);

CREATE TABLE campay_keys (
    book       TEXT PRIMARY KEY CHECK (book IN ('demo', 'production')),
    sealed     BLOB NOT NULL, -- JSON
    updated_at BIGINT NOT NULL
);
