package store

// The index of the search. It follows behind the commits, some rows at a time, and
// keeps how far it has come in the book: whatever stops it, it goes on from there.
// A row whose text changes later is noted in the same write with what the index has
// of it, searched as it is now, and indexed anew.

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How many rows are indexed in one write, and how many changed ones wait for one:
// that many are looked at by each search. Rows of before the index, whose text may
// have to be written anew, are fewer at a time.
const (
	indexedRows    = 1_000
	indexedOldRows = 250
	indexedChanges = 200
)

// searchIndex says which rows the index holds: from < ID <= to.
type searchIndex struct{ from, to int64 }

func (r Reader) searchIndex(ctx context.Context) (searchIndex, error) {
	index, err := one(ctx, r.rows, func(r row) (i searchIndex, err error) { return i, r.Scan(&i.from, &i.to) },
		"SELECT from_id, to_id FROM search_index WHERE id = 1")
	if err != nil {
		return index, fmt.Errorf("how far the search has come: %w", err)
	}
	return index, nil
}

// searchCandidates returns rows between two IDs that may match, newest first.
func (r Reader) searchCandidates(ctx context.Context, trigrams string, after, before int64, most int) ([]int64, error) {
	found, err := many(ctx, r.rows, scanID, `
		SELECT rowid FROM transactions_search WHERE transactions_search MATCH $1 AND rowid > $2 AND rowid < $3
		ORDER BY rowid DESC LIMIT $4`, trigrams, after, before, most)
	return found, asIndexError(ctx, err)
}

// newestRow is the ID of the newest row of all books; 0 for none.
func (r Reader) newestRow(ctx context.Context) (int64, error) {
	newest, err := one(ctx, r.rows, scanID, "SELECT COALESCE(MAX(id), 0) FROM transactions")
	if err != nil {
		return 0, fmt.Errorf("the newest row: %w", err)
	}
	return newest, nil
}

// noteSearchChange keeps what the index has of a row before its text changes.
func (tx *Tx) noteSearchChange(ctx context.Context, t Transaction) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO search_changed (id, indexed)
		SELECT transactions.id, transactions.search FROM transactions, search_index
		WHERE transactions.book = $1 AND transactions.id = $2 AND transactions.search <> $3
			AND transactions.id > search_index.from_id AND transactions.id <= search_index.to_id
		ON CONFLICT DO NOTHING`, tx.book, t.ID, t.searchText())
	return err
}

// How often there is a look for what is to be indexed; between two steps the writer
// is left alone for as long as the last one took, or busyRest times as long where
// that one waited for others.
const (
	indexEvery      = 2 * time.Second
	indexAfterError = time.Minute
	checkEvery      = 24 * time.Hour
	busyRest        = 60
	freeTurn        = 5 * time.Millisecond // a turn that took no longer to come was free
)

// KeepSearchIndexed has the index follow the book until ctx ends. It looks at the
// index first and every now and then, and makes one that is damaged anew. An error is
// told, and does not end it.
func (s *Store) KeepSearchIndexed(ctx context.Context, failed func(error)) {
	var checked time.Time
	for {
		if time.Since(checked) > checkEvery {
			checked = time.Now()
			if err := s.mendSearch(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
		step, err := s.indexSearch(ctx)
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		wait := indexEvery
		switch {
		case err != nil:
			wait = indexAfterError
			if errors.Is(err, errSearchIndex) {
				checked = time.Time{}
			}
		case step.more:
			wait = step.took
			if step.waited > freeTurn {
				wait *= busyRest
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// mendSearch makes the index anew where it does not find what it is to find; its error
// says why, or that it could not.
func (s *Store) mendSearch(ctx context.Context) error {
	check, err := s.CheckSearch(ctx)
	if err != nil || check.Whole() {
		return err
	}
	err = check.Damaged
	if err == nil {
		err = fmt.Errorf("%w: it does not find %d of %d rows", errSearchIndex, len(check.Missing), check.Looked)
	}
	return errors.Join(fmt.Errorf("the search is indexed anew: %w", err), s.RebuildSearch(ctx))
}

// indexStep is what one step of indexing took.
type indexStep struct {
	more         bool          // there is more to do at once
	waited, took time.Duration // for the turn to write, and of the writer's time
}

// indexSearch takes the index one step further: the newest rows first, then what has
// changed, then the rows of before the index, from the newest of them to the oldest.
// Fewer new rows than a step takes are left for later: a search looks at them.
func (s *Store) indexSearch(ctx context.Context) (step indexStep, err error) {
	what, err := s.toIndex(ctx)
	if err != nil || what == nil {
		return step, err
	}
	asked := time.Now()
	var begun time.Time
	err = s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		begun = time.Now()
		defer func() { step.waited, step.took = begun.Sub(asked), time.Since(begun) }()
		index, err := tx.searchIndex(ctx) // another process may have been here
		if err != nil {
			return err
		}
		if err := what(tx, ctx, index); err != nil {
			return asIndexError(ctx, err)
		}
		// What the index holds back it would write when the turn ends, and a damaged one
		// would then take everybody's batch with it.
		_, err = tx.savepoint.exec(ctx, "INSERT INTO transactions_search (transactions_search) VALUES ('flush')")
		return asIndexError(ctx, err)
	})
	if err != nil {
		return step, fmt.Errorf("index the search: %w", err)
	}
	step.more = true
	return step, nil
}

// toIndex says what the next step is; nil for none.
func (r Reader) toIndex(ctx context.Context) (func(*Tx, context.Context, searchIndex) error, error) {
	index, err := r.searchIndex(ctx)
	if err != nil {
		return nil, err
	}
	newest, err := r.newestRow(ctx)
	if err != nil {
		return nil, err
	}
	changed, err := one(ctx, r.rows, scanCount, "SELECT COUNT(*) FROM (SELECT id FROM search_changed LIMIT $1)", indexedChanges)
	switch {
	case err != nil:
		return nil, fmt.Errorf("what has changed: %w", err)
	case newest-index.to >= indexedRows:
		return (*Tx).indexNew, nil
	case changed >= indexedChanges:
		return (*Tx).indexChanged, nil
	case index.from > 0:
		return (*Tx).indexOld, nil
	}
	return nil, nil
}

// indexNew indexes the rows behind the newest that the index has.
func (tx *Tx) indexNew(ctx context.Context, index searchIndex) error {
	newest, err := tx.newestRow(ctx)
	if err != nil {
		return err
	}
	to := min(newest, index.to+indexedRows)
	if err := tx.indexRows(ctx, index.to, to); err != nil {
		return err
	}
	return tx.change(ctx, "UPDATE search_index SET to_id = $1 WHERE id = 1", to)
}

// indexOld indexes the newest rows that are older than those that the index has.
func (tx *Tx) indexOld(ctx context.Context, index searchIndex) error {
	from := max(0, index.from-indexedOldRows)
	// They may have been written when references were part of the text.
	rows, err := many(ctx, tx.rows, scanSearchRow, "SELECT "+transactionColumns+", search FROM transactions WHERE id > $1 AND id <= $2 ORDER BY id", from, index.from)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if now := row.searchText(); now != row.text {
			if err := tx.change(ctx, "UPDATE transactions SET search = $1 WHERE id = $2", now, row.ID); err != nil {
				return err
			}
		}
	}
	if err := tx.indexRows(ctx, from, index.from); err != nil {
		return err
	}
	return tx.change(ctx, "UPDATE search_index SET from_id = $1 WHERE id = 1", from)
}

func (tx *Tx) indexRows(ctx context.Context, after, to int64) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO transactions_search (rowid, search)
		SELECT id, search FROM transactions WHERE id > $1 AND id <= $2 ORDER BY id`, after, to)
	return err
}

// indexChanged indexes rows anew whose text has changed: the index has to be told
// of exactly the text that it has.
func (tx *Tx) indexChanged(ctx context.Context, _ searchIndex) error {
	changed, err := many(ctx, tx.rows, scanID, "SELECT id FROM search_changed ORDER BY id LIMIT $1", indexedRows)
	if err != nil {
		return err
	}
	for _, id := range changed {
		for _, statement := range []string{
			`INSERT INTO transactions_search (transactions_search, rowid, search) SELECT 'delete', id, indexed FROM search_changed WHERE id = $1`,
			`INSERT INTO transactions_search (rowid, search) SELECT id, search FROM transactions WHERE id = $1`,
			`DELETE FROM search_changed WHERE id = $1`,
		} {
			if _, err := tx.savepoint.exec(ctx, statement, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// searchRow is a row beside the text that it is searched by.
type searchRow struct {
	Transaction
	text string
}

func scanSearchRow(r row) (found searchRow, err error) {
	found.Transaction, err = scanTransaction(also{r, []any{&found.text}})
	return found, err
}
