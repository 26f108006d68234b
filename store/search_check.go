package store

// Whether the index of the search holds what it is to hold. It is made of the rows
// and can be made again: nothing of it is the shop's word for anything.

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// errSearchIndex says that the index cannot be read.
var errSearchIndex = errors.New("the index of the search is damaged")

// asIndexError tells an error of the index from one of the disk or of the one who asks.
func asIndexError(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || IsDisk(err) {
		return err
	}
	return fmt.Errorf("%w: %w", errSearchIndex, err)
}

// notIndexError is an error that is not the index's own.
func notIndexError(err error) error {
	if errors.Is(err, errSearchIndex) {
		return nil
	}
	return err
}

// searchSample is how many rows are looked for when the index is checked.
const searchSample = 100

// SearchCheck is what a look at the index of the search has found.
type SearchCheck struct {
	Looked  int     // rows that were looked for
	Missing []int64 // those that it does not find
	Damaged error   // it could not be read
	Waiting int64   // rows that are still to be indexed, at most
}

// Whole reports whether nothing is wrong; rows may wait.
func (c SearchCheck) Whole() bool { return len(c.Missing) == 0 && c.Damaged == nil }

// CheckSearch looks for some rows of all books, from the oldest to the newest, in the
// index.
func (r Reader) CheckSearch(ctx context.Context) (check SearchCheck, err error) {
	index, err := r.searchIndex(ctx)
	if err != nil {
		return check, err
	}
	newest, err := r.newestRow(ctx)
	if err != nil {
		return check, err
	}
	check.Waiting = max(0, newest-index.to) + index.from
	if _, check.Damaged = r.searchCandidates(ctx, `"any"`, 0, 1, 1); check.Damaged != nil { // whether it can be opened
		return check, notIndexError(check.Damaged)
	}
	var last int64
	for i := range int64(searchSample) {
		row, err := one(ctx, r.rows, scanSearchRow, `
			SELECT `+transactionColumns+`, search FROM transactions
			WHERE id > $1 AND id <= $2 AND id NOT IN (SELECT id FROM search_changed) ORDER BY id LIMIT 1`,
			max(last, index.from+i*(index.to-index.from)/searchSample), index.to)
		if errors.Is(err, ErrNotFound) {
			break
		}
		if err != nil {
			return check, err
		}
		last = row.ID
		trigrams := sought{readings: [][]string{{row.text}}}.trigrams()
		if trigrams == "" {
			continue
		}
		check.Looked++
		found, err := r.searchCandidates(ctx, trigrams, row.ID-1, row.ID+1, 1)
		if err != nil {
			check.Damaged = err
			return check, notIndexError(err)
		}
		if !slices.Equal(found, []int64{row.ID}) {
			check.Missing = append(check.Missing, row.ID)
		}
	}
	return check, nil
}

// RebuildSearch begins the index anew: KeepSearchIndexed fills it, and until then a
// search tells how far it looked.
func (s *Store) RebuildSearch(ctx context.Context) error {
	err := s.emptySearch(ctx, `INSERT INTO transactions_search (transactions_search) VALUES ('delete-all')`)
	if errors.Is(err, errSearchIndex) { // it cannot even be emptied
		err = s.emptySearch(ctx,
			// Without a version it cannot be opened, and what cannot be opened cannot be dropped.
			`DROP TABLE IF EXISTS transactions_search_config`,
			`CREATE TABLE transactions_search_config (k PRIMARY KEY, v) WITHOUT ROWID`,
			`INSERT INTO transactions_search_config (k, v) VALUES ('version', 4)`,
			`DROP TABLE IF EXISTS transactions_search`,
			`DROP TABLE IF EXISTS transactions_search_config`,
			createSearch)
	}
	if err != nil {
		return fmt.Errorf("rebuild the search: %w", err)
	}
	return nil
}

// createSearch is the index as its migration makes it.
const createSearch = `CREATE VIRTUAL TABLE transactions_search USING fts5 (
    search, content = 'transactions', content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
)`

func (s *Store) emptySearch(ctx context.Context, emptying ...string) error {
	return s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		for _, statement := range emptying {
			if _, err := tx.savepoint.exec(ctx, statement); err != nil {
				return asIndexError(ctx, err)
			}
		}
		if _, err := tx.savepoint.exec(ctx, "DELETE FROM search_changed"); err != nil {
			return err
		}
		return tx.change(ctx, `
			UPDATE search_index SET from_id = (SELECT COALESCE(MAX(id), 0) FROM transactions), to_id = (SELECT COALESCE(MAX(id), 0) FROM transactions)
			WHERE id = 1`)
	})
}

// examineSearch looks for a sample of the rows in the index of the search.
func (s *Store) examineSearch(ctx context.Context) (Symptom, error) {
	check, err := s.CheckSearch(ctx)
	found := Symptom{Name: "search", Said: fmt.Sprint("the ", check.Looked, " rows of a sample are found")}
	switch {
	case err != nil:
		return found, err
	case check.Damaged != nil:
		found.Said = "cannot be read: " + check.Damaged.Error()
	case len(check.Missing) > 0:
		found.Said = fmt.Sprintf("does not find %d of the %d rows of a sample", len(check.Missing), check.Looked)
	}
	if check.Waiting > indexedRows {
		found.Said += fmt.Sprint(", ", check.Waiting, " at most are still to be indexed")
	}
	if !check.Whole() {
		found.Wrong = "only the search suffers: comptoir doctor --rebuild-search, or start Comptoir, which makes it anew"
	}
	return found, nil
}
