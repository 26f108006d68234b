-- CamPay's history as it came, and the runs that compare the book with it.
-- Amounts are hundredths of a franc; times are unix milliseconds UTC, 0 for
-- none.

-- +goose Up
CREATE TABLE history_rows (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    book               TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    row_key            TEXT NOT NULL CHECK (row_key <> ''), -- its reference, else its code, else the row itself
    at                 BIGINT NOT NULL,
    code               TEXT NOT NULL,
    reference          TEXT NOT NULL,
    operator_reference TEXT NOT NULL,
    kind               TEXT NOT NULL CHECK (kind IN ('collect', 'withdraw', 'airtime')), -- as its code and its sides tell
    operator           TEXT NOT NULL CHECK (operator IN ('', 'MTN', 'ORANGE')),
    phone              TEXT NOT NULL,
    description        TEXT NOT NULL,
    external_user      TEXT NOT NULL,
    amount             BIGINT NOT NULL,
    charge             BIGINT NOT NULL,
    debit              BIGINT NOT NULL, -- with the fee
    credit             BIGINT NOT NULL, -- without it
    status             TEXT NOT NULL,   -- as it came
    finding            TEXT NOT NULL CHECK (finding IN ('', 'matched', 'only_there', 'differs')), -- empty until compared
    transaction_id     BIGINT, -- NULL until the book has it
    seen_at            BIGINT NOT NULL, -- when CamPay first told it so
    raw                BLOB NOT NULL,   -- JSON (BLOB is PostgreSQL's BYTEA)
    UNIQUE (book, id),
    UNIQUE (book, row_key),
    FOREIGN KEY (book, transaction_id) REFERENCES transactions (book, id)
);

CREATE INDEX history_rows_at ON history_rows (book, at, id);
CREATE INDEX history_rows_finding ON history_rows (book, finding, at, id);
CREATE INDEX history_rows_transaction ON history_rows (book, transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX history_rows_airtime ON history_rows (book) WHERE kind = 'airtime';
CREATE INDEX history_rows_phone ON history_rows (book, phone, at) WHERE phone <> '';

-- The days that the history was asked for, as CamPay names them.
CREATE TABLE history_days (
    book       TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    day        TEXT NOT NULL, -- 2026-03-04
    fetched_at BIGINT NOT NULL,
    row_count  BIGINT NOT NULL,
    PRIMARY KEY (book, day)
);

-- The transactions of the book that the history lacks, as the last run over
-- their day found.
CREATE TABLE only_here (
    book           TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    transaction_id BIGINT NOT NULL,
    at             BIGINT NOT NULL, -- when it was settled, else made
    PRIMARY KEY (book, transaction_id),
    FOREIGN KEY (book, transaction_id) REFERENCES transactions (book, id)
);

CREATE INDEX only_here_at ON only_here (book, at, transaction_id);
CREATE INDEX transactions_settled ON transactions (book, settled_at) WHERE settled_at > 0;

CREATE TABLE reconciliations (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    book         TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    from_day     BIGINT NOT NULL, -- the first day's midnight in Douala
    to_day       BIGINT NOT NULL, -- the last day's
    next_day     BIGINT NOT NULL, -- the day from which a restart goes on
    days         BIGINT NOT NULL,
    days_done    BIGINT NOT NULL,
    requested_by BIGINT REFERENCES users (id), -- NULL for the daily one
    begun_at     BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    next_at      BIGINT NOT NULL, -- when it goes on; 0 when it is over
    tries        BIGINT NOT NULL, -- to which CamPay did not answer, since it last did
    row_count    BIGINT NOT NULL, -- of the history, in the period
    matched      BIGINT NOT NULL,
    only_there   BIGINT NOT NULL,
    only_here    BIGINT NOT NULL,
    differing    BIGINT NOT NULL,
    missing      BIGINT NOT NULL, -- of only_here: those that the history should have
    UNIQUE (book, id)
);

CREATE INDEX reconciliations_next ON reconciliations (book, next_at) WHERE next_at > 0;
CREATE INDEX reconciliations_daily ON reconciliations (book, to_day) WHERE requested_by IS NULL;
