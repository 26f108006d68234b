-- What asks for money and what limits it carries a checksum too, as transactions do.

-- +goose Up
ALTER TABLE payment_links ADD COLUMN sum BIGINT NOT NULL DEFAULT 0; -- CRC-32C; 0 for none yet, -1 for a row that was found broken
ALTER TABLE approvals ADD COLUMN sum BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout_rules ADD COLUMN sum BIGINT NOT NULL DEFAULT 0;

CREATE TABLE damages_of_more (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      BIGINT NOT NULL,
    what    TEXT NOT NULL CHECK (what IN ('lost_writes', 'row', 'link', 'approval', 'rules')),
    subject BIGINT NOT NULL, -- how many writes, which row, or when the rules were set
    seen_at BIGINT NOT NULL  -- 0 while it has to be seen to
);
INSERT INTO damages_of_more (id, at, what, subject, seen_at) SELECT id, at, what, subject, seen_at FROM damages;
DROP TABLE damages;
ALTER TABLE damages_of_more RENAME TO damages;
CREATE INDEX damages_open ON damages (id) WHERE seen_at = 0;
CREATE INDEX damages_subject ON damages (what, subject);
