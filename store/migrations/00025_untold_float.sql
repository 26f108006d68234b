-- +goose Up
-- The airtime float is not in every answer about the balance: what stands as 0 in
-- utility may be unknown. What was kept until now did not tell the two apart.
ALTER TABLE balance_snapshots ADD COLUMN utility_unknown SMALLINT NOT NULL DEFAULT 0 CHECK (utility_unknown IN (0, 1));
UPDATE balance_snapshots SET utility_unknown = 1 WHERE utility = 0;
