-- +goose Up
-- An answer about the balance may leave out any of its figures: what stands as 0
-- may be unknown, as utility may.
ALTER TABLE balance_snapshots ADD COLUMN total_unknown SMALLINT NOT NULL DEFAULT 0 CHECK (total_unknown IN (0, 1));
ALTER TABLE balance_snapshots ADD COLUMN mtn_unknown SMALLINT NOT NULL DEFAULT 0 CHECK (mtn_unknown IN (0, 1));
ALTER TABLE balance_snapshots ADD COLUMN orange_unknown SMALLINT NOT NULL DEFAULT 0 CHECK (orange_unknown IN (0, 1));
