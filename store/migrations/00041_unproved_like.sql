-- +goose Up
-- The condition of what is unproved in words that every engine knows.

DROP INDEX transactions_unproved;
CREATE INDEX transactions_unproved ON transactions (book, id)
    WHERE reference = '' AND (status = 'in_doubt' OR flags LIKE '%decided%');
