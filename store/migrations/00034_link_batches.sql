-- Lists of links that were made together: by whom and when, and what was in them,
-- so that the same list sent twice is asked about.

-- +goose Up
CREATE TABLE link_batches (
    book       TEXT NOT NULL,
    batch      TEXT NOT NULL,   -- payment_links.batch
    content    TEXT NOT NULL,   -- a digest of its rows
    links      BIGINT NOT NULL, -- how many
    created_by BIGINT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (book, batch)
);
CREATE INDEX link_batches_content ON link_batches (book, content, created_at);
