-- +goose Up
-- What CamPay took for payouts that were paid in full, newest first.

CREATE INDEX transactions_charged ON transactions (book, kind, operator, status, settled_at)
    WHERE kind IN ('withdraw', 'airtime') AND status = 'successful' AND fee > 0 AND amount_unknown = 0 AND word = '' AND flags = '';
