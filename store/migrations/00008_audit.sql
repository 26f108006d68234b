-- +goose Up
-- The audit log says from where, can be searched, and is chained: each entry has
-- a keyed hash over itself and the one before it (store/audit_chain.go). The key
-- is not in this file.

ALTER TABLE audit_log ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- of who did it; empty for the program itself
ALTER TABLE audit_log ADD COLUMN search TEXT NOT NULL DEFAULT '';  -- what a search compares, folded
ALTER TABLE audit_log ADD COLUMN mac BLOB NOT NULL DEFAULT x'';    -- empty for entries from before the chain

-- The end of the chain: without it, entries could be cut off there.
CREATE TABLE audit_head (
    id      INTEGER PRIMARY KEY CHECK (id = 1), -- there is one
    last_id BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    mac     BLOB NOT NULL, -- of the last entry
    seal    BLOB NOT NULL  -- a keyed hash over the others
);

CREATE INDEX audit_log_act ON audit_log (book, act, id);
CREATE INDEX audit_log_user ON audit_log (book, user_id, id);
