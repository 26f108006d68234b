-- What CamPay does not tell is unknown, and not zero.

-- +goose Up
ALTER TABLE transactions ADD COLUMN amount_unknown SMALLINT NOT NULL DEFAULT 0 CHECK (amount_unknown IN (0, 1)); -- successful, and CamPay did not tell how much
ALTER TABLE transactions ADD COLUMN word TEXT NOT NULL DEFAULT ''; -- CamPay's for a status that is none of those it documents, as it came

-- What was taken for a payment of nothing was an amount that nobody told. CamPay's
-- demo says 0.00 of its simulated payers.
UPDATE transactions SET amount_unknown = 1,
    flags = trim(replace(' ' || flags || ' ', ' underpaid ', ' ') || ' amount_unknown')
WHERE status = 'successful' AND amount = 0 AND book <> 'demo' AND instr(flags, 'decided') = 0;

-- Each figure of a row that CamPay left out, by its name, separated by spaces.
ALTER TABLE history_rows ADD COLUMN untold TEXT NOT NULL DEFAULT '';

-- The rows of a day's history of which nothing could be read.
CREATE TABLE history_unreadable (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    book    TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    day     TEXT NOT NULL, -- 2026-03-04, as history_days
    seen_at BIGINT NOT NULL,
    raw     TEXT NOT NULL  -- the beginning of it
);
CREATE INDEX history_unreadable_day ON history_unreadable (book, day, id);
