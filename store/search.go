package store

// The search of transactions. It walks from the newest to the oldest and looks at a
// bounded number of rows: at those that the index does not have yet one by one, at the
// others by the index. What it did not come to is told, and searched by the next page.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// How many rows, or candidates of the index, one search looks at; how many where no
// word is long enough for the index; and how many that were found are counted.
const (
	searchLooks      = 2_000
	searchLooksShort = 500
	MostCounted      = 1_000
)

// searchPage is how many candidates are taken out of the index at first, and how many
// are looked at together. To be asked again costs the index nearly as much as to be
// asked for all, so the second time it is.
const searchPage = 250

// Found is a page of a search.
type Found struct {
	Transactions []Transaction
	Left         int64     // what is older than this ID was not looked at: the next page begins there; 0 for nothing, or behind a full page
	LeftAt       time.Time // until when it was looked, where something is left
	Short        bool      // no word is long enough for the index: the newest 500 were looked at
}

// Search returns a page of the transactions in which every word that is searched
// for is found, newest first.
func (r Reader) Search(ctx context.Context, wanted TransactionFilter) (Found, error) {
	walked, err := r.walk(ctx, wanted, pageLength(wanted.Limit))
	if err != nil {
		return Found{}, fmt.Errorf("search transactions: %w", err)
	}
	found := Found{Left: walked.left, Short: walked.short}
	if found.Transactions, err = r.transactionsByID(ctx, walked.ids); err != nil {
		return Found{}, fmt.Errorf("search transactions: %w", err)
	}
	if found.Left == 0 {
		return found, nil
	}
	found.LeftAt, err = one(ctx, r.rows, scanTime, `
		SELECT created_at FROM transactions WHERE book = $1 AND id >= $2 ORDER BY id LIMIT 1`, r.book, found.Left)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return found, err
}

// CountFound counts what a search finds on all its pages, up to MostCounted; whole
// says that there is no more.
func (r Reader) CountFound(ctx context.Context, wanted TransactionFilter) (n int, whole bool, err error) {
	wanted.Before = 0
	walked, err := r.walk(ctx, wanted, MostCounted+1)
	if err != nil {
		return 0, false, fmt.Errorf("count what is found: %w", err)
	}
	n = min(len(walked.ids), MostCounted)
	return n, n == len(walked.ids) && walked.left == 0, nil
}

func (r Reader) transactionsByID(ctx context.Context, ids []int64) ([]Transaction, error) {
	var f filter
	f.add("book = ?", r.book)
	among(&f, "id", ids)
	return many(ctx, r.rows, scanTransaction, "SELECT "+transactionColumns+" FROM transactions WHERE "+f.where()+" ORDER BY id DESC", f.args...)
}

// walked is what a search has come to.
type walked struct {
	ids   []int64 // newest first
	left  int64   // older ones were not looked at; 0 for none
	short bool
}

// walk looks for at most so many rows.
func (r Reader) walk(ctx context.Context, wanted TransactionFilter, most int) (walked, error) {
	for {
		index, err := r.searchIndex(ctx)
		if err != nil {
			return walked{}, err
		}
		found, err := r.walkBeside(ctx, index, wanted, most)
		if errors.Is(err, errSearchIndex) { // without it, as far as that goes
			found, err = r.walkBeside(ctx, searchIndex{}, wanted, most)
		}
		if err != nil {
			return walked{}, err
		}
		// Meanwhile an index grows; one that was begun anew has lost what was looked for.
		if after, err := r.searchIndex(ctx); err != nil || after.from <= index.from && after.to >= index.to {
			return found, err
		}
	}
}

func (r Reader) walkBeside(ctx context.Context, index searchIndex, wanted TransactionFilter, most int) (walked, error) {
	w := walk{r: r, wanted: wanted, sought: soughtBy(wanted.Search), most: most, before: wanted.Before, looks: searchLooks}
	if w.before == 0 {
		w.before = math.MaxInt64
	}
	w.trigrams = w.sought.trigrams()
	apart, err := w.apart(ctx)
	if err != nil {
		return walked{}, err
	}
	if !wanted.Since.IsZero() {
		if w.floor, err = r.oldestSince(ctx, wanted.Since); err != nil {
			return walked{}, err
		}
	}
	if w.trigrams == "" {
		w.looks = searchLooksShort
	} else if err = w.scan(ctx, index.to); err == nil {
		err = w.byIndex(ctx, index)
	}
	if err == nil {
		err = w.scan(ctx, 0)
	}
	if err != nil {
		return walked{}, err
	}
	ids := slices.Concat(w.ids, apart)
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
	found := walked{ids: slices.Compact(ids), short: w.trigrams == ""}
	if len(found.ids) >= most {
		found.ids = found.ids[:most] // the next page goes on behind it
	} else if w.before > w.floor+1 {
		found.left, err = w.older(ctx)
	}
	return found, err
}

// walk is a search under way: what is older than before is not looked at yet.
type walk struct {
	r        Reader
	wanted   TransactionFilter
	sought   sought
	trigrams string
	most     int
	looks    int   // how many more rows may be looked at
	before   int64 // what is not older was looked at
	floor    int64 // what is not newer needs no look
	ids      []int64
}

func (w *walk) done(floor int64) bool {
	return len(w.ids) >= w.most || w.looks == 0 || w.before <= max(floor, w.floor)+1
}

// scan looks at the rows that are newer than floor one by one.
func (w *walk) scan(ctx context.Context, floor int64) error {
	if w.done(floor) {
		return nil
	}
	floor = max(floor, w.floor)
	type span struct {
		rows int
		last int64
	}
	looked, err := one(ctx, w.r.rows, func(r row) (s span, err error) { return s, r.Scan(&s.rows, maybe(&s.last)) }, `
		SELECT COUNT(*), MIN(id) FROM (
			SELECT id FROM transactions WHERE book = $1 AND id < $2 AND id > $3 ORDER BY id DESC LIMIT $4)`,
		w.r.book, w.before, floor, w.looks)
	if err != nil {
		return err
	}
	if looked.rows < w.looks {
		looked.last = floor + 1
	}
	f := w.wanted.conditions(w.r.book)
	w.sought.matches(f)
	f.add("id < ?", w.before)
	f.add("id >= ?", looked.last)
	return w.keep(ctx, looked.rows, looked.last, f)
}

// byIndex looks at the candidates of the index.
func (w *walk) byIndex(ctx context.Context, index searchIndex) error {
	if w.done(index.from) {
		return nil
	}
	w.before = min(w.before, index.to+1) // where nothing is newer
	floor := max(index.from, w.floor)
	for asked := min(max(searchPage, w.most), w.looks); !w.done(floor); asked = w.looks {
		candidates, err := w.r.searchCandidates(ctx, w.trigrams, floor, w.before, asked)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(candidates, searchPage) {
			if len(w.ids) >= w.most {
				return nil
			}
			f := w.wanted.conditions(w.r.book)
			w.sought.matches(f)
			among(f, "id", page)
			if err := w.keep(ctx, len(page), page[len(page)-1], f); err != nil {
				return err
			}
		}
		if len(candidates) < asked && len(w.ids) < w.most {
			w.before = floor + 1
		}
	}
	return nil
}

// keep adds the rows of a condition, for which so many were looked at, down to last.
func (w *walk) keep(ctx context.Context, looks int, last int64, f *filter) error {
	ids, err := many(ctx, w.r.rows, scanID, "SELECT id FROM transactions WHERE "+f.where()+" ORDER BY id DESC LIMIT "+f.value(w.most-len(w.ids)), f.args...)
	w.ids, w.looks, w.before = append(w.ids, ids...), w.looks-looks, last
	return err
}

// apart returns what is found beside the walk: rows whose text has changed since
// they were indexed, and rows by their reference.
func (w *walk) apart(ctx context.Context) ([]int64, error) {
	f := w.wanted.conditions(w.r.book)
	w.sought.matches(f)
	f.before(w.wanted.Before)
	f.add("id IN (SELECT id FROM search_changed)")
	changed, err := many(ctx, w.r.rows, scanID, "SELECT id FROM transactions WHERE "+f.where()+" ORDER BY id DESC LIMIT "+f.value(w.most), f.args...)
	if err != nil {
		return nil, err
	}
	for _, reference := range w.sought.references {
		f := w.wanted.conditions(w.r.book)
		f.before(w.wanted.Before)
		book, from, to := f.value(w.r.book), f.value(reference), f.value(reference+"~")
		f.conditions = append(f.conditions, `id IN (
			WITH ours AS (
				SELECT id FROM transactions WHERE book = `+book+` AND external_reference >= `+from+` AND external_reference < `+to+`
					AND external_reference <> '' AND sibling_of IS NULL LIMIT 100)
			SELECT id FROM ours
			UNION ALL SELECT id FROM transactions WHERE book = `+book+` AND sibling_of IN (SELECT id FROM ours)
			UNION ALL SELECT id FROM (SELECT id FROM transactions WHERE book = `+book+` AND reference >= `+from+` AND reference < `+to+` AND reference <> '' LIMIT 100))`)
		named, err := many(ctx, w.r.rows, scanID, "SELECT id FROM transactions WHERE "+f.where()+" ORDER BY id DESC LIMIT "+f.value(w.most), f.args...)
		if err != nil {
			return nil, err
		}
		changed = append(changed, named...)
	}
	return changed, nil
}

// older returns where the next page begins: 0 where nothing is older.
func (w *walk) older(ctx context.Context) (int64, error) {
	_, err := one(ctx, w.r.rows, scanID, `
		SELECT id FROM transactions WHERE book = $1 AND id < $2 AND id > $3 ORDER BY id DESC LIMIT 1`, w.r.book, w.before, w.floor)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return w.before, err
}

// oldestSince returns an ID that all rows created since are newer than.
func (r Reader) oldestSince(ctx context.Context, since time.Time) (int64, error) {
	oldest, err := one(ctx, r.rows, func(r row) (id int64, err error) { return id, r.Scan(maybe(&id)) }, `
		SELECT MIN(id) FROM transactions WHERE book = $1 AND created_at >= $2`, r.book, millis(since))
	if oldest == 0 {
		return math.MaxInt64 - 1, err // there is none
	}
	return oldest - 1, err
}

func scanID(r row) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}
