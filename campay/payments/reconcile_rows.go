package payments

// CamPay's side of the reconciliation: the history is kept as it came, then
// each row is led to its transaction. A row is a hint: what differs is asked of
// /transaction/ before anything is believed (invariant 4).

import (
	"context"
	"slices"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// keepDay fetches a day of the history and keeps it before it is judged; it
// reports whether CamPay answered.
func (s *Reconciliation) keepDay(ctx context.Context, day time.Time) (answered bool, err error) {
	call, cancel := calling(ctx)
	defer cancel()
	asked := s.now()
	rows, err := s.campay.History(call, day.In(money.Douala), day.In(money.Douala))
	if ctx.Err() != nil {
		return false, nil // the process ends
	}
	if err != nil {
		s.log.WarnContext(ctx, "history", "day", dayName(day), "error", err)
		return false, nil
	}
	ctx = onItsOwn(ctx)
	rows, unreadable := apart(rows)
	for batch := range slices.Chunk(rows, store.HistoryBatch) {
		kept := keptRows(batch, day, asked)
		if err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.KeepHistory(ctx, kept) }); err != nil {
			return true, err
		}
	}
	return true, s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetUnreadable(ctx, dayName(day), asked, unreadable); err != nil {
			return err
		}
		return tx.SetHistoryDay(ctx, dayName(day), asked, len(rows))
	})
}

// apart parts the rows that could be read from those that could not.
func apart(rows []campay.HistoryRow) (readable []campay.HistoryRow, unreadable [][]byte) {
	for _, row := range rows {
		if row.Unreadable {
			unreadable = append(unreadable, row.Raw)
		} else {
			readable = append(readable, row)
		}
	}
	return readable, unreadable
}

// Unreadable are the rows of a period that nothing could be read of, as they came.
func (s *Reconciliation) Unreadable(ctx context.Context, p Period) ([]string, error) {
	rows, err := s.store.Unreadable(ctx, dayName(p.From), dayName(p.To))
	var raw []string
	for _, row := range rows {
		raw = append(raw, row.Raw)
	}
	return raw, err
}

func keptRows(rows []campay.HistoryRow, day, seen time.Time) []store.HistoryRow {
	kept := make([]store.HistoryRow, len(rows))
	for i, row := range rows {
		kept[i] = keptRow(row, day, seen)
	}
	return kept
}

// keptRow is a row as the book keeps it. One whose time cannot be read stands
// at noon of the day that it was fetched for.
func keptRow(row campay.HistoryRow, day, seen time.Time) store.HistoryRow {
	h := store.HistoryRow{
		At: row.At, Code: row.Code, Reference: foldReference(row.Reference), OperatorReference: row.OperatorReference,
		Kind: movedBy(row), Operator: row.Operator, Phone: money.Phone(row.Phone), Description: row.Description, ExternalUser: row.ExternalUser,
		Amount: row.Amount.XAF, Charge: row.Charge.XAF, Debit: row.Debit.XAF, Credit: row.Credit.XAF,
		Untold: store.Untold{Amount: !row.Amount.Known, Charge: !row.Charge.Known, Debit: !row.Debit.Known, Credit: !row.Credit.Known},
		Status: string(row.Status), SeenAt: seen, Raw: row.Raw,
	}
	if h.At.IsZero() {
		h.At = day.Add(12 * time.Hour)
	}
	if phone, err := money.ParsePhone(row.Phone); err == nil {
		h.Phone = phone
	}
	return h
}

// movedBy is what a row did with money: its sides tell before its code does.
func movedBy(row campay.HistoryRow) store.Kind {
	kind, _ := kindOf(row.Code)
	switch {
	case row.Debit.XAF > 0 && kind != store.KindAirtime:
		return store.KindWithdraw
	case row.Credit.XAF > 0:
		return store.KindCollect
	default:
		return kind
	}
}

// pair is a row and the transaction that the book has for it.
type pair struct {
	row    store.HistoryRow
	ours   store.Transaction // zero where the book has none
	byCode bool              // ours was found by the operation's code alone
}

// agree reports whether a pair tells one story. Two that are both open do, and an
// amount that one of them does not tell contradicts nothing. Money of less than
// nothing, and a word that nobody knows, tell none.
func (p pair) agree() bool {
	status := statusOf(p.row)
	switch {
	case min(p.row.Amount, p.row.Charge, p.row.Debit, p.row.Credit) < 0:
		return false
	case !status.Final() && p.row.Status != string(campay.Pending):
		return false
	case !status.Final():
		return !p.ours.Status.Final()
	case status != p.ours.Status:
		return false
	default:
		return status == store.StatusFailed || p.row.Untold.Amount || p.ours.AmountUnknown || p.ours.IsSimulated() || p.row.Amount == p.ours.Amount
	}
}

// tellsMore reports whether the row tells an amount that CamPay left out when it was
// asked: it may tell it now.
func (p pair) tellsMore() bool {
	return p.ours.AmountUnknown && !p.row.Untold.Amount && statusOf(p.row) == store.StatusSuccessful
}

func statusOf(row store.HistoryRow) store.Status {
	switch campay.Status(row.Status) {
	case campay.Successful:
		return store.StatusSuccessful
	case campay.Failed:
		return store.StatusFailed
	default:
		return store.StatusPending
	}
}

// compareDay compares the kept rows of a day with the book; it reports whether
// CamPay answered whatever had to be asked.
func (s *Reconciliation) compareDay(ctx context.Context, day time.Time) (answered bool, err error) {
	last := store.HistoryRow{}
	for ctx.Err() == nil {
		rows, err := s.store.HistoryAfter(ctx, day, nextDay(day), last)
		if err != nil || len(rows) == 0 {
			return err == nil, err
		}
		last = rows[len(rows)-1]
		doubtful, err := s.compareRows(onItsOwn(ctx), rows)
		if err != nil {
			return true, err
		}
		for _, p := range doubtful {
			if answered, err := s.askAbout(ctx, p); !answered || err != nil {
				return false, err
			}
			if err := s.conclude(onItsOwn(ctx), p.row); err != nil {
				return true, err
			}
		}
	}
	return false, nil
}

// compareRows settles, in one write, what agrees and what is nobody's; the rest
// comes back, to be asked about.
func (s *Reconciliation) compareRows(ctx context.Context, rows []store.HistoryRow) (doubtful []pair, err error) {
	var changed []store.Transaction
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		doubtful, changed = nil, nil
		pairs, err := pairUp(ctx, tx.Reader, rows)
		if err != nil {
			return err
		}
		sought, err := soughtFor(ctx, tx.Reader)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			isPlain := p.agree() && !p.byCode && !p.tellsMore() && !p.ours.Flags.Has(store.FlagDecided) // a person's word is no proof
			if p.ours.ID == 0 {
				isPlain = !slices.ContainsFunc(sought, p.mayBe)
			}
			if !isPlain {
				doubtful = append(doubtful, p)
				continue
			}
			news, err := s.settlePair(ctx, tx, p)
			if err != nil {
				return err
			}
			changed = append(changed, news...)
		}
		return nil
	})
	if err != nil {
		return nil, err // nothing of it is in the book
	}
	for _, t := range changed {
		s.publish(t)
	}
	return doubtful, nil
}

// soughtFor are the transactions of which nobody knows what became: those in
// doubt, and those whose doubt a person ended.
func soughtFor(ctx context.Context, r store.Reader) (sought []store.Transaction, err error) {
	for last := int64(0); ; {
		more, err := r.Unproved(ctx, last, workBatch)
		sought = append(sought, more...)
		if err != nil || len(more) < workBatch {
			return sought, err
		}
		last = more[len(more)-1].ID
	}
}

// mayBe reports whether a row that names no operation may be t, whose answer
// was lost: airtime carries no code.
func (p pair) mayBe(t store.Transaction) bool {
	return p.row.Reference != "" && t.Reference == "" && t.Kind == p.row.Kind && t.Phone == p.row.Phone && t.Asked == p.row.Amount &&
		(isDatedAhead(t) || !p.row.At.Before(t.CreatedAt.Add(-sweepBack)))
}

// pairUp leads rows to their transactions with two lookups for all of them: by
// CamPay's reference, else by the code of the operation.
func pairUp(ctx context.Context, r store.Reader, rows []store.HistoryRow) ([]pair, error) {
	var references, codes []string
	for _, row := range rows {
		if row.Reference != "" {
			references = append(references, row.Reference)
		}
		if code := operationOf(asCamPay(row)); code != "" {
			codes = append(codes, code)
		}
	}
	known, err := r.TransactionsByReference(ctx, references)
	if err != nil {
		return nil, err
	}
	operations, err := r.TransactionsByOperationCode(ctx, codes)
	if err != nil {
		return nil, err
	}
	pairs := make([]pair, len(rows))
	for i, row := range rows {
		pairs[i] = pair{row: row, ours: known[row.Reference]}
		operation := operations[operationOf(asCamPay(row))]
		// One taken for begun elsewhere may be an operation in doubt.
		isTaken := pairs[i].ours.Origin == store.OriginExternal && operation.Reference == ""
		if operation.ID != 0 && (pairs[i].ours.ID == 0 || isTaken) {
			pairs[i].ours, pairs[i].byCode = operation, row.Reference != ""
		}
	}
	return pairs, nil
}

func asCamPay(row store.HistoryRow) campay.HistoryRow {
	return campay.HistoryRow{
		Code: row.Code, Reference: row.Reference, Description: row.Description, ExternalUser: row.ExternalUser, Raw: row.Raw,
	}
}
