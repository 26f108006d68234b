-- What a page of links counts beside its sums, and what is kept of damage once, are
-- found without reading the rows.

-- +goose Up
CREATE INDEX transactions_link_untold ON transactions (book, link_id)
    WHERE amount_unknown = 1 AND status = 'successful' AND link_id IS NOT NULL;
CREATE INDEX damages_subject ON damages (what, subject);
