-- The webhook calls as they arrived, refused ones too. Times are unix
-- milliseconds UTC, 0 for none.

-- +goose Up
CREATE TABLE deliveries (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    book               TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    received_at        BIGINT NOT NULL,
    method             TEXT NOT NULL,
    content_type       TEXT NOT NULL,
    remote_addr        TEXT NOT NULL,
    body               BLOB, -- holds the signature: never shown whole (BLOB is PostgreSQL's BYTEA)
    verdict            TEXT NOT NULL CHECK (verdict IN ('accepted', 'refused')),
    why                TEXT NOT NULL,
    status             TEXT NOT NULL, -- as said, of a stranger's choosing
    reference          TEXT NOT NULL,
    external_reference TEXT NOT NULL,
    amount_text        TEXT NOT NULL,
    currency           TEXT NOT NULL,
    outcome            TEXT NOT NULL CHECK (outcome IN ('', 'applied', 'no_change', 'differs', 'unknown', 'refused')),
    transaction_id     BIGINT, -- NULL until matched
    attempts           BIGINT NOT NULL,
    next_at            BIGINT NOT NULL, -- 0 when done
    applied_at         BIGINT NOT NULL,
    search             TEXT NOT NULL,   -- what the list is searched by, folded
    UNIQUE (book, id),
    FOREIGN KEY (book, transaction_id) REFERENCES transactions (book, id)
);

CREATE INDEX deliveries_reference ON deliveries (book, reference);
CREATE INDEX deliveries_verdict ON deliveries (book, verdict, id);
CREATE INDEX deliveries_next ON deliveries (book, next_at) WHERE next_at > 0;
