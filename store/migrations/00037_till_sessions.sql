-- +goose Up
-- The till on which a session was opened by a PIN: it ends with it.
ALTER TABLE sessions ADD COLUMN till_id BIGINT;
CREATE INDEX sessions_till ON sessions (till_id) WHERE till_id IS NOT NULL;
