-- +goose Up
-- What one owner alone cannot undo at once: the threshold of a second owner's
-- approval, and who that second owner is.

ALTER TABLE payout_rules ADD COLUMN approval_held BIGINT NOT NULL DEFAULT 0;       -- the threshold that goes on while a higher one waits; hundredths
ALTER TABLE payout_rules ADD COLUMN approval_held_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN approves_from BIGINT NOT NULL DEFAULT 0;              -- another owner made him an owner, or gave him his password, a day before

-- What may yet turn out to be a row of CamPay's history that names no operation.
CREATE INDEX transactions_unproved ON transactions (book, id)
    WHERE reference = '' AND (status = 'in_doubt' OR instr(flags, 'decided') > 0);
