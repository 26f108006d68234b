-- The book: payment links, transactions and the events that tell how each
-- transaction came to its status. Amounts are hundredths of a franc; times are
-- unix milliseconds UTC, 0 for none. Every row belongs to one book (sandbox,
-- demo or production), and the foreign keys carry the book, so that no row can
-- point into another one.

-- +goose Up
CREATE TABLE payment_links (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    book                 TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    slug                 TEXT NOT NULL CHECK (slug <> ''),
    amount               BIGINT NOT NULL CHECK (amount >= 0), -- hundredths
    description          TEXT NOT NULL,
    first_name           TEXT NOT NULL,
    last_name            TEXT NOT NULL,
    email                TEXT NOT NULL,
    phone                TEXT NOT NULL,
    payment_options      TEXT NOT NULL CHECK (payment_options IN ('MOMO', 'CARD', 'MOMO,CARD')),
    may_pay_more         SMALLINT NOT NULL CHECK (may_pay_more IN (0, 1)),
    redirect_url         TEXT NOT NULL,
    failure_redirect_url TEXT NOT NULL,
    created_by           BIGINT REFERENCES users (id), -- NULL for nobody of ours
    created_at           BIGINT NOT NULL,
    search               TEXT NOT NULL, -- what the list is searched by, folded
    UNIQUE (book, id),
    UNIQUE (book, slug)
);

CREATE TABLE transactions (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    book               TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    kind               TEXT NOT NULL CHECK (kind IN ('collect', 'withdraw', 'airtime')),
    origin             TEXT NOT NULL CHECK (origin IN ('link', 'push', 'refund', 'external')),
    status             TEXT NOT NULL CHECK (status IN ('unsent', 'waiting', 'pending', 'in_doubt', 'successful', 'failed')),
    link_id            BIGINT, -- NULL when not of a link
    sibling_of         BIGINT, -- NULL for the first of an external reference
    external_reference TEXT NOT NULL,
    operation_code     TEXT NOT NULL,
    reference          TEXT NOT NULL,                     -- CamPay's; empty until it answered
    asked              BIGINT NOT NULL CHECK (asked >= 0), -- hundredths
    amount             BIGINT NOT NULL,                   -- hundredths, proved
    net                BIGINT NOT NULL,                   -- hundredths credited, proved
    currency           TEXT NOT NULL,
    may_pay_more       SMALLINT NOT NULL CHECK (may_pay_more IN (0, 1)),
    operator           TEXT NOT NULL CHECK (operator IN ('', 'MTN', 'ORANGE')),
    phone              TEXT NOT NULL,
    description        TEXT NOT NULL,
    ussd_code          TEXT NOT NULL,
    payment_url        TEXT NOT NULL,
    code               TEXT NOT NULL,
    operator_reference TEXT NOT NULL,
    reason             TEXT NOT NULL,
    error_code         TEXT NOT NULL,
    reported_status    TEXT NOT NULL,
    flags              TEXT NOT NULL,                 -- separated by spaces
    created_by         BIGINT REFERENCES users (id),  -- NULL for external ones
    created_at         BIGINT NOT NULL,
    sent_at            BIGINT NOT NULL,
    settled_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    poll_at            BIGINT NOT NULL, -- 0 for never
    poll_count         BIGINT NOT NULL,
    news_at            BIGINT NOT NULL, -- the last change or report, from which the patience of polling counts
    search             TEXT NOT NULL,   -- what the list is searched by, folded
    UNIQUE (book, id),
    FOREIGN KEY (book, link_id) REFERENCES payment_links (book, id),
    FOREIGN KEY (book, sibling_of) REFERENCES transactions (book, id)
);

-- One first transaction for each external reference (invariant 2), and one
-- transaction for each reference of CamPay.
CREATE UNIQUE INDEX transactions_external_reference ON transactions (book, external_reference)
    WHERE sibling_of IS NULL AND external_reference <> '';
CREATE UNIQUE INDEX transactions_reference ON transactions (book, reference)
    WHERE reference <> '';

CREATE INDEX transactions_status ON transactions (book, status, id);
CREATE INDEX transactions_kind ON transactions (book, kind, id);
CREATE INDEX transactions_created ON transactions (book, created_at);
CREATE INDEX transactions_flagged ON transactions (book, id) WHERE flags <> '';
CREATE INDEX transactions_operation ON transactions (book, operation_code) WHERE operation_code <> '';
CREATE INDEX transactions_link_news ON transactions (book, news_at) WHERE link_id IS NOT NULL;
CREATE INDEX transactions_poll ON transactions (book, poll_at) WHERE poll_at > 0;
CREATE INDEX transactions_link ON transactions (book, link_id, id) WHERE link_id IS NOT NULL;
CREATE INDEX transactions_sibling ON transactions (book, sibling_of) WHERE sibling_of IS NOT NULL;
CREATE INDEX transactions_phone ON transactions (book, phone, created_at) WHERE phone <> '';
CREATE INDEX transactions_takings ON transactions (book, settled_at)
    WHERE kind = 'collect' AND status = 'successful';

CREATE TABLE events (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    book           TEXT NOT NULL,
    transaction_id BIGINT NOT NULL,
    at             BIGINT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('created', 'request', 'answer', 'webhook', 'poll', 'history', 'person')),
    status         TEXT NOT NULL CHECK (status IN ('unsent', 'waiting', 'pending', 'in_doubt', 'successful', 'failed')),
    note           TEXT NOT NULL,
    detail         TEXT NOT NULL,
    raw            BLOB, -- JSON as it came (BLOB is PostgreSQL's BYTEA); NULL for none
    FOREIGN KEY (book, transaction_id) REFERENCES transactions (book, id)
);

CREATE INDEX events_transaction ON events (book, transaction_id, id);

-- An event is never changed, removed or written over. SQLite only: PostgreSQL
-- has triggers call a function. The third one is there because INSERT OR
-- REPLACE removes the old row without asking the second one.
-- +goose StatementBegin
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_never_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;
-- +goose StatementEnd
