-- Notices by web push: the key pair that signs them, and the devices that want
-- them. Times are unix milliseconds UTC, 0 for none.

-- +goose Up
CREATE TABLE push_keys (
    id         SMALLINT PRIMARY KEY CHECK (id = 1),
    public_key TEXT NOT NULL,
    sealed     BLOB NOT NULL, -- the private one (BLOB is PostgreSQL's BYTEA)
    created_at BIGINT NOT NULL
);

CREATE TABLE push_subscriptions (
    -- SQLite only: PostgreSQL says BIGINT GENERATED ALWAYS AS IDENTITY.
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id      BIGINT NOT NULL REFERENCES users (id),
    endpoint     TEXT NOT NULL UNIQUE,
    p256dh       TEXT NOT NULL,
    auth         TEXT NOT NULL,
    device       TEXT NOT NULL,
    session_hash BLOB NOT NULL, -- of the session that turned them on: its end ends them
    created_at   BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    last_result  TEXT NOT NULL CHECK (last_result IN ('', 'sent', 'refused', 'unreachable'))
);

CREATE INDEX push_subscriptions_user ON push_subscriptions (user_id, id);
CREATE INDEX push_subscriptions_session ON push_subscriptions (session_hash);

-- Whatever ends a session ends its notices: a phone that was signed out from afar
-- is told nothing any more. SQLite only: PostgreSQL has triggers call a function.
-- +goose StatementBegin
CREATE TRIGGER push_ends_with_its_session AFTER DELETE ON sessions
BEGIN
    DELETE FROM push_subscriptions WHERE session_hash = OLD.token_hash;
END;
-- +goose StatementEnd
