-- What CamPay said the app held, each time that it was asked. Amounts are
-- hundredths of a franc; times are unix milliseconds UTC.

-- +goose Up
CREATE TABLE balance_snapshots (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    book    TEXT NOT NULL CHECK (book IN ('sandbox', 'demo', 'production')),
    at      BIGINT NOT NULL,
    total   BIGINT NOT NULL,
    mtn     BIGINT NOT NULL,
    orange  BIGINT NOT NULL,
    utility BIGINT NOT NULL
);

CREATE INDEX balance_snapshots_at ON balance_snapshots (book, at, id);
