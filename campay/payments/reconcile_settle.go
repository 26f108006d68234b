package payments

// What becomes of a row and its transaction: what differs is asked about, then
// the fee is taken over or the difference flagged, with both stories kept.

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// askAbout asks CamPay about a row that the book does not agree with, and lets
// the book follow; it reports whether CamPay answered.
func (s *Reconciliation) askAbout(ctx context.Context, p pair) (answered bool, err error) {
	switch {
	case p.ours.ID == 0:
		return s.askWhose(ctx, p.row)
	case p.byCode:
		if err := s.recognise(ctx, asCamPay(p.row)); err != nil {
			return true, err
		}
		t, err := s.store.TransactionByReference(ctx, p.row.Reference)
		if errors.Is(err, store.ErrNotFound) {
			return true, nil
		}
		if err != nil || t.Status.Final() {
			return true, err
		}
		return s.confirm(ctx, t, t.Reference, store.EventHistory) // was there an answer?
	case p.ours.Reference == "":
		return true, nil // neither names a reference that could be asked about
	default:
		return s.confirm(ctx, p.ours, p.ours.Reference, store.EventHistory)
	}
}

// askWhose asks CamPay whose a row is that may be one of ours in doubt.
func (s *Reconciliation) askWhose(ctx context.Context, row store.HistoryRow) (answered bool, err error) {
	end, err := s.asking.hold(ctx, row.Reference)
	if err != nil {
		return false, nil //nolint:nilerr // who asked has gone: nothing was learnt
	}
	defer end()
	call, cancel := calling(ctx)
	defer cancel()
	truth, err := s.prove(call, row.Reference)
	switch {
	case campay.IsNotFound(err):
		return true, nil
	case err != nil:
		return false, nil
	}
	ctx = onItsOwn(ctx)
	var t store.Transaction
	var became effects
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := operationBehind(ctx, tx, truth)
		if errors.Is(err, store.ErrNotFound) {
			return nil // somebody else's
		}
		if err == nil {
			t, became, err = s.adopt(ctx, tx, truth, store.EventHistory)
		}
		return err
	})
	if err == nil && t.ID != 0 {
		s.announce(t, became)
		s.publish(t)
	}
	return true, err
}

// conclude says what a row is after CamPay was asked about it.
func (s *Reconciliation) conclude(ctx context.Context, row store.HistoryRow) error {
	var changed []store.Transaction
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		pairs, err := pairUp(ctx, tx.Reader, []store.HistoryRow{row})
		if err != nil {
			return err
		}
		changed, err = s.settlePair(ctx, tx, pairs[0])
		return err
	})
	if err != nil {
		return err // nothing of it is in the book
	}
	for _, t := range changed {
		s.publish(t)
	}
	return nil
}

// settlePair notes what a pair is, and returns the transaction if it changed.
func (s *Reconciliation) settlePair(ctx context.Context, tx *store.Tx, p pair) ([]store.Transaction, error) {
	switch {
	case p.ours.ID == 0 || p.byCode:
		return nil, find(ctx, tx, p.row, store.Transaction{}, store.FindingOnlyThere)
	case p.agree():
		return s.settleMatched(ctx, tx, p)
	default:
		return s.settleDiffering(ctx, tx, p)
	}
}

// settleMatched takes fee and net over from the row, and a mended difference
// off.
func (s *Reconciliation) settleMatched(ctx context.Context, tx *store.Tx, p pair) ([]store.Transaction, error) {
	t := p.ours
	note := ""
	if t.Status == store.StatusSuccessful {
		t.Fee = cmp.Or(feeOf(p.row), t.Fee)
		if t.Kind == store.KindCollect {
			t.Net = cmp.Or(max(p.row.Credit, 0), t.Net)
		}
		if t.Fee != p.ours.Fee || t.Net != p.ours.Net {
			note = "in_history"
		}
	}
	t.Flags = less(t.Flags, store.FlagHistoryDiffers, store.FlagMissing)
	if len(t.Flags) != len(p.ours.Flags) {
		note = "history_agrees"
	}
	if err := find(ctx, tx, p.row, t, store.FindingMatched); err != nil || note == "" {
		return nil, err
	}
	return s.keepStory(ctx, tx, t, note, p.row)
}

// settleDiffering flags a final transaction that the history tells otherwise;
// an open one is only waited for.
func (s *Reconciliation) settleDiffering(ctx context.Context, tx *store.Tx, p pair) ([]store.Transaction, error) {
	t := p.ours
	isNews := p.row.Finding != store.FindingDiffers || p.row.TransactionID != t.ID
	if err := find(ctx, tx, p.row, t, store.FindingDiffers); err != nil || !t.Status.Final() {
		return nil, err
	}
	t.Flags = less(t.Flags, store.FlagMissing).With(store.FlagHistoryDiffers)
	if !isNews && slices.Equal(t.Flags, p.ours.Flags) {
		return nil, nil
	}
	const note = "history_differs"
	return s.keepStory(ctx, tx, t, note, p.row)
}

// keepStory keeps a transaction and what the history says of it.
func (s *Reconciliation) keepStory(ctx context.Context, tx *store.Tx, t store.Transaction, note string, row store.HistoryRow) ([]store.Transaction, error) {
	touch(&t, s.now())
	if err := tx.UpdateTransaction(ctx, t); err != nil {
		return nil, err
	}
	return []store.Transaction{t}, s.record(ctx, tx, t, store.EventHistory, note, row.Status+" "+saidAmount(row).String(), row.Raw)
}

// saidAmount is a row's amount; unknown where CamPay did not tell it.
func saidAmount(row store.HistoryRow) money.Told {
	return money.Told{XAF: row.Amount, Known: !row.Untold.Amount}
}

// find notes what a row is, unless that is known.
func find(ctx context.Context, tx *store.Tx, row store.HistoryRow, t store.Transaction, finding store.Finding) error {
	if row.TransactionID == t.ID && row.Finding == finding {
		return nil
	}
	return tx.MarkHistory(ctx, row.ID, t.ID, finding)
}

// feeOf is what CamPay took: as it says, else what its sides leave; 0 where they
// do not tell. A collection is credited without it, a payout is debited with it.
func feeOf(row store.HistoryRow) money.XAF {
	switch {
	case row.Charge > 0:
		return row.Charge
	case row.Untold.Amount || row.Untold.Moved(row.Kind):
		return 0
	case row.Kind == store.KindCollect:
		return max(row.Amount-row.Credit, 0)
	default:
		return max(row.Debit-row.Amount, 0)
	}
}
