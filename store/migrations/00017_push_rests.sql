-- A device whose person signed out, or was signed out, is told nothing until the
-- same person signs in there again; one whose session only lapsed is told on.

-- +goose Up
ALTER TABLE push_subscriptions ADD COLUMN resting SMALLINT NOT NULL DEFAULT 0 CHECK (resting IN (0, 1));
ALTER TABLE push_subscriptions ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0; -- in a row

DROP TRIGGER push_ends_with_its_session;

-- SQLite only: PostgreSQL has triggers call a function.
-- +goose StatementBegin
CREATE TRIGGER push_rests_after_its_session AFTER DELETE ON sessions
BEGIN
    UPDATE push_subscriptions SET resting = 1 WHERE session_hash = OLD.token_hash;
END;
-- +goose StatementEnd
