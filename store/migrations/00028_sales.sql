-- Sales at the till: the number of each on its day, and each way in which it was
-- asked for. A way that was ended takes no payment at ours; what CamPay still
-- takes for it is flagged.

-- +goose Up
CREATE TABLE sales (
    book           TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    day            BIGINT NOT NULL, -- its midnight in Douala
    number         BIGINT NOT NULL, -- from 1, without a gap
    way            BIGINT NOT NULL, -- from 1: the code or the prompt that took the place of the one before
    link_id        BIGINT REFERENCES payment_links (id),
    transaction_id BIGINT REFERENCES transactions (id),
    ended_at       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (book, day, number, way),
    CHECK ((link_id IS NULL) <> (transaction_id IS NULL))
);
CREATE UNIQUE INDEX sales_link ON sales (book, link_id) WHERE link_id IS NOT NULL;
CREATE UNIQUE INDEX sales_transaction ON sales (book, transaction_id) WHERE transaction_id IS NOT NULL;

-- A link that is a sale's code is the till's, and in no list of links.
ALTER TABLE payment_links ADD COLUMN at_till SMALLINT NOT NULL DEFAULT 0 CHECK (at_till IN (0, 1));
DROP INDEX payment_links_active;
DROP INDEX payment_links_archived;
CREATE INDEX payment_links_active ON payment_links (book, id) WHERE archived_at = 0 AND at_till = 0;
CREATE INDEX payment_links_archived ON payment_links (book, id) WHERE archived_at > 0 AND at_till = 0;
