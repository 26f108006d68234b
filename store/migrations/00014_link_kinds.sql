-- What a payment link is for: one payment, many, or a till's counter; how much
-- it takes and until when. Amounts are hundredths of a franc; times are unix
-- milliseconds UTC, 0 for none.

-- +goose Up
ALTER TABLE payment_links ADD COLUMN kind TEXT NOT NULL DEFAULT 'once' CHECK (kind IN ('once', 'reusable', 'counter'));
ALTER TABLE payment_links ADD COLUMN most_payments BIGINT NOT NULL DEFAULT 0 CHECK (most_payments >= 0); -- 0 for any number
ALTER TABLE payment_links ADD COLUMN most_money BIGINT NOT NULL DEFAULT 0 CHECK (most_money >= 0);       -- hundredths; 0 for any sum
ALTER TABLE payment_links ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_links ADD COLUMN paused_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_links ADD COLUMN archived_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_links ADD COLUMN till_id BIGINT REFERENCES tills (id) ON DELETE SET NULL; -- of a counter; NULL for no till
ALTER TABLE payment_links ADD COLUMN operation TEXT NOT NULL DEFAULT ''; -- of the form that made it: sent twice, it is one link
ALTER TABLE payment_links ADD COLUMN batch TEXT NOT NULL DEFAULT '';     -- made together with others

CREATE UNIQUE INDEX payment_links_operation ON payment_links (book, operation) WHERE operation <> '';
CREATE INDEX payment_links_archived ON payment_links (book, id) WHERE archived_at > 0;
CREATE INDEX payment_links_active ON payment_links (book, id) WHERE archived_at = 0;
CREATE INDEX payment_links_batch ON payment_links (book, batch, id) WHERE batch <> '';
CREATE INDEX payment_links_till ON payment_links (till_id) WHERE till_id IS NOT NULL;

-- What a link took is summed, and what is open of it found, without a look at
-- each of its payments: a counter has thousands.
CREATE INDEX transactions_link_paid ON transactions (book, link_id, currency, amount)
    WHERE status = 'successful' AND link_id IS NOT NULL;
CREATE INDEX transactions_link_open ON transactions (book, link_id, id)
    WHERE link_id IS NOT NULL AND status IN ('unsent', 'waiting', 'pending', 'in_doubt');
