package store

// Sales at the till: their numbers, and the ways in which each was asked for.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// SaleKey names a way of a sale by what it is: the link of a code to scan, or the
// request that was pushed to a phone. One of them is zero.
type SaleKey struct {
	LinkID        int64
	TransactionID int64
}

// SaleWay is one way in which a sale is asked for.
type SaleWay struct {
	SaleKey
	Day     time.Time // its midnight in Douala
	Number  int64     // of the sale on that day, from 1
	Way     int64     // of the sale, from 1
	EndedAt time.Time // zero while it is open
}

const saleWayColumns = `sales.link_id, sales.transaction_id, sales.day, sales.number, sales.way, sales.ended_at`

func scanSaleWay(r row) (w SaleWay, err error) {
	err = r.Scan(maybe(&w.LinkID), maybe(&w.TransactionID), timeColumn{&w.Day}, &w.Number, &w.Way, timeColumn{&w.EndedAt})
	return w, err
}

// AddSaleWay adds a way: of the sale with w's number or, where that is zero, of the
// next sale of the day. It returns it with its numbers.
func (tx *Tx) AddSaleWay(ctx context.Context, w SaleWay) (SaleWay, error) {
	added, err := one(ctx, tx.rows, scanSaleWay, `
		INSERT INTO sales (book, day, number, way, link_id, transaction_id)
		SELECT $1, $2, numbered.number,
			(SELECT COALESCE(MAX(way), 0) + 1 FROM sales WHERE book = $1 AND day = $2 AND number = numbered.number), $4, $5
		FROM (SELECT CASE WHEN $3 > 0 THEN $3
			ELSE (SELECT COALESCE(MAX(number), 0) + 1 FROM sales WHERE book = $1 AND day = $2) END AS number) AS numbered
		RETURNING `+saleWayColumns,
		tx.book, millis(w.Day), w.Number, idOrNull(w.LinkID), idOrNull(w.TransactionID))
	if err != nil {
		return SaleWay{}, fmt.Errorf("add a way of a sale: %w", err)
	}
	return added, nil
}

// EndSaleWay writes down that a way was ended.
func (tx *Tx) EndSaleWay(ctx context.Context, w SaleWay, at time.Time) error {
	err := tx.change(ctx, "UPDATE sales SET ended_at = $1 WHERE book = $2 AND day = $3 AND number = $4 AND way = $5",
		millis(at), tx.book, millis(w.Day), w.Number, w.Way)
	if err != nil {
		return fmt.Errorf("end sale %d: %w", w.Number, err)
	}
	return nil
}

// SaleWay returns a way of a sale, or ErrNotFound for what is none of the till's.
func (r Reader) SaleWay(ctx context.Context, key SaleKey) (SaleWay, error) {
	w, err := one(ctx, r.rows, scanSaleWay, `
		SELECT `+saleWayColumns+` FROM sales WHERE book = $1 AND link_id = $2
		UNION ALL
		SELECT `+saleWayColumns+` FROM sales WHERE book = $1 AND transaction_id = $3
		LIMIT 1`, r.book, idOrNull(key.LinkID), idOrNull(key.TransactionID))
	if err != nil {
		return SaleWay{}, fmt.Errorf("way of a sale: %w", err)
	}
	return w, nil
}

// SaleOf returns the way of a sale that a payment is of; zero for what is none of
// the till's.
func (r Reader) SaleOf(ctx context.Context, t Transaction) (SaleWay, error) {
	w, err := r.SaleWay(ctx, SaleKey{LinkID: t.LinkID, TransactionID: cmp.Or(t.SiblingOf, t.ID)})
	if errors.Is(err, ErrNotFound) {
		return SaleWay{}, nil
	}
	return w, err
}

// WaysOfSale returns all ways of the sale that one is of, the first one first.
func (r Reader) WaysOfSale(ctx context.Context, w SaleWay) ([]SaleWay, error) {
	all, err := many(ctx, r.rows, scanSaleWay, "SELECT "+saleWayColumns+" FROM sales WHERE book = $1 AND day = $2 AND number = $3 ORDER BY way",
		r.book, millis(w.Day), w.Number)
	if err != nil {
		return nil, fmt.Errorf("ways of sale %d: %w", w.Number, err)
	}
	return all, nil
}

// SaleEnd is how a way in which a sale was asked for ended without a payment, as the
// last part of a locale key; empty for what is open, or no sale at the till.
type SaleEnd string

// The ends of a way.
const (
	SaleOpen      SaleEnd = ""
	SaleCancelled SaleEnd = "cancelled"
	SaleReplaced  SaleEnd = "replaced" // another way took its place
)

// EndsOfSales returns how the sales that some payments are of were ended, at most a
// page of them, by the payments' ids; those of which none was are left out.
func (r Reader) EndsOfSales(ctx context.Context, of ...Transaction) (map[int64]SaleEnd, error) {
	var f filter
	f.add("book = ?", r.book)
	links, prompts := []string{"0"}, []string{"0"} // no row has this ID
	for _, t := range of {
		switch {
		case t.Kind != KindCollect:
		case t.LinkID != 0:
			links = append(links, f.value(t.LinkID))
		default:
			prompts = append(prompts, f.value(cmp.Or(t.SiblingOf, t.ID)))
		}
	}
	ended := map[int64]SaleEnd{}
	if len(f.args) == 1 {
		return ended, nil
	}
	const columns = `SELECT link_id, transaction_id, EXISTS (SELECT 1 FROM sales AS later
		WHERE later.book = sales.book AND later.day = sales.day AND later.number = sales.number AND later.way > sales.way)
		FROM sales WHERE book = $1 AND ended_at > 0 AND `
	ways, err := many(ctx, r.rows, scanSaleEnd,
		columns+"link_id IN ("+strings.Join(links, ", ")+") UNION ALL "+columns+"transaction_id IN ("+strings.Join(prompts, ", ")+")", f.args...)
	if err != nil {
		return nil, fmt.Errorf("ends of %d sales: %w", len(of), err)
	}
	ends := map[SaleKey]SaleEnd{}
	for _, way := range ways {
		ends[way.SaleKey] = way.end
	}
	for _, t := range of {
		key := SaleKey{LinkID: t.LinkID}
		if t.LinkID == 0 {
			key.TransactionID = cmp.Or(t.SiblingOf, t.ID)
		}
		if end := ends[key]; end != SaleOpen {
			ended[t.ID] = end
		}
	}
	return ended, nil
}

// endedWay is a way beside how it ended.
type endedWay struct {
	SaleKey
	end SaleEnd
}

func scanSaleEnd(r row) (w endedWay, err error) {
	isReplaced := false
	err = r.Scan(maybe(&w.LinkID), maybe(&w.TransactionID), &isReplaced)
	if w.end = SaleCancelled; isReplaced {
		w.end = SaleReplaced
	}
	return w, err
}

// OfSameSale returns the transactions of all ways of a sale, at most as many as a
// page has.
func (r Reader) OfSameSale(ctx context.Context, w SaleWay) ([]Transaction, error) {
	all, err := many(ctx, r.rows, scanTransaction, `
		SELECT `+transactionColumns+` FROM transactions
		WHERE id IN (SELECT transaction_id FROM sales WHERE book = $1 AND day = $2 AND number = $3)
			OR book = $1 AND sibling_of IN (SELECT transaction_id FROM sales WHERE book = $1 AND day = $2 AND number = $3)
			OR book = $1 AND link_id IN (SELECT link_id FROM sales WHERE book = $1 AND day = $2 AND number = $3)
		ORDER BY id DESC LIMIT $4`, r.book, millis(w.Day), w.Number, pageLength(0))
	if err != nil {
		return nil, fmt.Errorf("payments of sale %d: %w", w.Number, err)
	}
	return all, nil
}
