-- Money out: what a payout gives back and costs, the owner's rules, the saved
-- recipients, what waits for a second owner, and the log of who did what.
-- Amounts are hundredths of a franc; times are unix milliseconds UTC, 0 for
-- none.

-- +goose Up
ALTER TABLE transactions ADD COLUMN refund_of BIGINT; -- the collection that it gives back; NULL for no refund
ALTER TABLE transactions ADD COLUMN recipient_name TEXT NOT NULL DEFAULT '';
ALTER TABLE transactions ADD COLUMN fee BIGINT NOT NULL DEFAULT 0; -- hundredths, as CamPay's history says

CREATE INDEX transactions_refund ON transactions (book, refund_of) WHERE refund_of IS NOT NULL;
CREATE INDEX transactions_payout_status ON transactions (book, kind, status, settled_at)
    WHERE kind IN ('withdraw', 'airtime');
CREATE INDEX transactions_payout_created ON transactions (book, kind, created_at)
    WHERE kind IN ('withdraw', 'airtime');

-- A refund gives back a collection of its own book. SQLite only, which cannot
-- add a foreign key of two columns to a table that is there: PostgreSQL has
-- FOREIGN KEY (book, refund_of) REFERENCES transactions (book, id).
-- +goose StatementBegin
CREATE TRIGGER transactions_refund_a_collection BEFORE INSERT ON transactions
WHEN NEW.refund_of IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM transactions WHERE book = NEW.book AND id = NEW.refund_of AND kind = 'collect')
BEGIN
    SELECT RAISE(ABORT, 'a refund is of a collection in the same book');
END;
-- +goose StatementEnd

CREATE TABLE payout_rules (
    book               TEXT PRIMARY KEY CHECK (book IN ('sandbox', 'demo', 'production')),
    frozen             SMALLINT NOT NULL CHECK (frozen IN (0, 1)),
    most_each          BIGINT NOT NULL CHECK (most_each >= 0), -- hundredths; 0 for no limit, as everywhere below
    most_day           BIGINT NOT NULL CHECK (most_day >= 0),  -- hundredths
    count_day          BIGINT NOT NULL CHECK (count_day >= 0),
    from_hour          SMALLINT NOT NULL CHECK (from_hour BETWEEN 0 AND 24), -- of Douala; equal to to_hour for any hour
    to_hour            SMALLINT NOT NULL CHECK (to_hour BETWEEN 0 AND 24),
    saved_only         SMALLINT NOT NULL CHECK (saved_only IN (0, 1)),
    new_recipient_wait BIGINT NOT NULL CHECK (new_recipient_wait >= 0), -- milliseconds
    approval_above     BIGINT NOT NULL CHECK (approval_above >= 0),     -- hundredths
    airtime_day        BIGINT NOT NULL CHECK (airtime_day >= 0),        -- hundredths
    updated_at         BIGINT NOT NULL,
    updated_by         BIGINT NOT NULL REFERENCES users (id)
);

CREATE TABLE recipients (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    book       TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    name       TEXT NOT NULL CHECK (name <> ''),
    phone      TEXT NOT NULL CHECK (phone <> ''),
    operator   TEXT NOT NULL CHECK (operator IN ('', 'MTN', 'ORANGE')),
    created_by BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL, -- from which a new recipient's waiting time counts
    removed_at BIGINT NOT NULL, -- 0 while it is there
    search     TEXT NOT NULL    -- what the list is searched by, folded
);

CREATE UNIQUE INDEX recipients_phone ON recipients (book, phone) WHERE removed_at = 0;
CREATE INDEX recipients_saved ON recipients (book, id) WHERE removed_at = 0;

CREATE TABLE approvals (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    book           TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    operation      TEXT NOT NULL CHECK (operation <> ''), -- the external reference of the transaction that comes of it
    kind           TEXT NOT NULL CHECK (kind IN ('withdraw', 'airtime')),
    origin         TEXT NOT NULL CHECK (origin IN ('push', 'refund')),
    refund_of      BIGINT, -- NULL for no refund
    asked          BIGINT NOT NULL CHECK (asked > 0), -- hundredths
    phone          TEXT NOT NULL,
    operator       TEXT NOT NULL CHECK (operator IN ('', 'MTN', 'ORANGE')),
    recipient_name TEXT NOT NULL,
    description    TEXT NOT NULL,
    requested_by   BIGINT NOT NULL REFERENCES users (id),
    requested_at   BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'expired')),
    decided_by     BIGINT REFERENCES users (id), -- NULL while it waits, and when it expired
    decided_at     BIGINT NOT NULL,
    transaction_id BIGINT, -- NULL until approved
    UNIQUE (book, id),
    UNIQUE (book, operation),
    FOREIGN KEY (book, refund_of) REFERENCES transactions (book, id),
    FOREIGN KEY (book, transaction_id) REFERENCES transactions (book, id),
    -- Whoever asked cannot approve.
    CHECK (state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> requested_by))
);

CREATE INDEX approvals_state ON approvals (book, state, id);
CREATE INDEX approvals_expiry ON approvals (book, expires_at) WHERE state = 'waiting';
CREATE INDEX approvals_refund ON approvals (book, refund_of) WHERE refund_of IS NOT NULL;

CREATE TABLE audit_log (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    book       TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    at         BIGINT NOT NULL,
    user_id    BIGINT REFERENCES users (id), -- NULL for what the program did by itself
    act        TEXT NOT NULL CHECK (act <> ''),
    subject    TEXT NOT NULL CHECK (subject <> ''),
    subject_id BIGINT NOT NULL, -- 0 where there is only one
    detail     BLOB, -- JSON (BLOB is PostgreSQL's BYTEA); NULL for none
    UNIQUE (book, id)
);

CREATE INDEX audit_log_subject ON audit_log (book, subject, id);
CREATE INDEX audit_log_one ON audit_log (book, subject, subject_id, id);

-- The log is never changed, shortened or written over, as the events are not
-- (00002_money.sql says why there are three triggers). SQLite only.
-- +goose StatementBegin
CREATE TRIGGER audit_log_never_changes BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_never_goes BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_never_replaced BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
