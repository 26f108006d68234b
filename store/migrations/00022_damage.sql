-- Damage is seen: each row of money carries a checksum of what it says, and what
-- was found broken is kept until an owner has seen to it.

-- +goose Up
ALTER TABLE transactions ADD COLUMN sum BIGINT NOT NULL DEFAULT 0; -- CRC-32C; 0 for none yet, -1 for a row that was found broken

CREATE TABLE damages (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      BIGINT NOT NULL,
    what    TEXT NOT NULL CHECK (what IN ('lost_writes', 'row')),
    subject BIGINT NOT NULL, -- how many writes, or which transaction
    seen_at BIGINT NOT NULL  -- 0 while it has to be seen to
);

CREATE INDEX damages_open ON damages (id) WHERE seen_at = 0;
