-- +goose Up
-- Between a webhook call and its answer stands one INSERT: the very same call is one
-- row by a key that begins with the time of its signature, so that a busy day's keys
-- lie together; what it speaks of is looked up behind.

ALTER TABLE deliveries ADD COLUMN same BLOB; -- NULL of refused ones, and of those kept before (BLOB is PostgreSQL's BYTEA)
ALTER TABLE deliveries ADD COLUMN fresh BIGINT NOT NULL DEFAULT 0; -- 1 while nobody has looked at what it speaks of
CREATE UNIQUE INDEX deliveries_same ON deliveries (book, same) WHERE same IS NOT NULL;
CREATE INDEX deliveries_fresh ON deliveries (book, id) WHERE fresh = 1;
CREATE INDEX deliveries_transaction ON deliveries (book, transaction_id) WHERE transaction_id IS NOT NULL;
DROP INDEX deliveries_reference;
