-- Receipts: the unguessable address of each, one for a collection. What it says
-- is read anew each time, from the collection itself.

-- +goose Up
CREATE TABLE receipts (
    token          TEXT PRIMARY KEY CHECK (token <> ''),
    book           TEXT NOT NULL,
    transaction_id BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    UNIQUE (book, transaction_id),
    FOREIGN KEY (book, transaction_id) REFERENCES transactions (book, id)
);
