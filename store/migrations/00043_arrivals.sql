-- +goose Up
-- Between a webhook call and its answer stands one INSERT, and few indexes: the very
-- same call is one row by a key that begins with the time of its signature, so that a
-- busy day's keys lie together; what it speaks of is looked up behind, in order.

ALTER TABLE deliveries ADD COLUMN same BLOB; -- NULL of refused ones, and of those kept before (BLOB is PostgreSQL's BYTEA)
CREATE UNIQUE INDEX deliveries_same ON deliveries (book, same) WHERE same IS NOT NULL;
CREATE INDEX deliveries_transaction ON deliveries (book, transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX deliveries_refused ON deliveries (book, id) WHERE verdict = 'refused';
DROP INDEX deliveries_reference;
DROP INDEX deliveries_verdict;

-- Up to which delivery of a book was looked up what it speaks of.
CREATE TABLE deliveries_looked_up (
    book TEXT NOT NULL PRIMARY KEY CHECK (book IN ('sandbox', 'demo', 'production')),
    id   BIGINT NOT NULL
);
INSERT INTO deliveries_looked_up (book, id) SELECT book, MAX(id) FROM deliveries GROUP BY book;
