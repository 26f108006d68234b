-- Webhooks of strangers: refused ones are counted, and a sample of them is kept;
-- what speaks of payments that the book knows is applied before what does not.

-- +goose Up
CREATE TABLE refused_deliveries (
    book  TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    why   TEXT NOT NULL,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL,
    last  BIGINT NOT NULL,
    PRIMARY KEY (book, why)
);

CREATE INDEX deliveries_due_known ON deliveries (book, next_at) WHERE next_at > 0 AND transaction_id IS NOT NULL;
CREATE INDEX deliveries_due_unknown ON deliveries (book, next_at) WHERE next_at > 0 AND transaction_id IS NULL;
CREATE INDEX deliveries_nobodys ON deliveries (book, id) WHERE outcome = 'unknown' AND transaction_id IS NULL;
