-- A customer who says that a request went to a wrong number has another one asked:
-- both are one purchase, of which two that are paid are one too many.

-- +goose Up
CREATE TABLE other_numbers (
    book           TEXT NOT NULL,
    transaction_id BIGINT NOT NULL REFERENCES transactions (id), -- the request to another number
    first_id       BIGINT NOT NULL REFERENCES transactions (id), -- that with which the purchase began
    PRIMARY KEY (book, transaction_id)
);
CREATE INDEX other_numbers_first ON other_numbers (book, first_id);
