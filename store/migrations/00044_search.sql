-- Transactions are searched by the trigrams of their folded text. There is no
-- trigger: the index follows behind the commits (store/search_index.go), so that no
-- write of money waits for it or fails with it.

-- +goose Up
-- SQLite only. A migration that changes transactions.search empties the index and
-- begins it anew, as the end of this one does: the index must be told of exactly the
-- text that it has.
CREATE VIRTUAL TABLE transactions_search USING fts5 (
    search, content = 'transactions', content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
);

-- The index holds the rows with from_id < id <= to_id: it grows towards the newest,
-- and on a book that is older than it towards the oldest.
CREATE TABLE search_index (
    id      BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    from_id BIGINT NOT NULL,
    to_id   BIGINT NOT NULL
);

-- What the index has of a row whose text has changed since.
CREATE TABLE search_changed (
    id      BIGINT NOT NULL PRIMARY KEY, -- of the transaction
    indexed TEXT NOT NULL
);

INSERT INTO search_index (id, from_id, to_id) SELECT 1, COALESCE(MAX(id), 0), COALESCE(MAX(id), 0) FROM transactions;
