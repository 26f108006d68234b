package payments

// How a transaction's status changes: by what /transaction/{reference}/
// proves, and by nothing else (invariant 4).

import (
	"context"
	"encoding/json"
	"errors"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// change reads a transaction, lets edit alter it and writes it back, all in
// one database transaction, and tells its watchers.
func (s *core) change(ctx context.Context, id int64, edit func(*store.Tx, *store.Transaction) error) error {
	return s.changeBy(ctx, s.store.Write, id, edit)
}

// changeBy is change by one of the store's ways to write.
func (s *core) changeBy(ctx context.Context, write func(context.Context, func(context.Context, *store.Tx) error) error, id int64, edit func(*store.Tx, *store.Transaction) error) error {
	var t store.Transaction
	err := write(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if t, err = tx.Transaction(ctx, id); err != nil {
			return err
		}
		before := t.Status
		touch(&t, s.now())
		if err := edit(tx, &t); err != nil {
			return err
		}
		if t.Status != before {
			t.NewsAt = t.UpdatedAt
		}
		return tx.UpdateTransaction(ctx, t)
	})
	if err != nil {
		return err
	}
	s.publish(t)
	s.poke()
	return nil
}

// record adds a line to a transaction's story.
func (s *core) record(ctx context.Context, tx *store.Tx, t store.Transaction, kind store.EventKind, note, detail string, raw json.RawMessage) error {
	if len(raw) > 0 && !json.Valid(raw) {
		raw, _ = json.Marshal(string(raw)) // a proxy's page, kept as text
	}
	_, err := tx.AddEvent(ctx, store.Event{
		TransactionID: t.ID, At: s.now(), Kind: kind, Status: t.Status, Note: note, Detail: detail, Raw: raw,
	})
	return err
}

// confirm asks CamPay for the truth about one reference of t and lets the book
// follow it. cause says why it was asked; answered is false when CamPay could
// not be reached.
func (s *core) confirm(ctx context.Context, t store.Transaction, reference string, cause store.EventKind) (answered bool, err error) {
	turn, end, wasAsked, err := s.asking.take(ctx, reference)
	if err != nil {
		return false, nil //nolint:nilerr // who asked has gone: nothing was learnt
	}
	defer end()
	if wasAsked {
		return turn.answers, nil // by somebody who came later: it is in the book
	}
	return s.asking.ask(turn, func() (bool, error) { return s.confirmNow(ctx, t, reference, cause) })
}

// confirmNow is confirm in its turn.
func (s *core) confirmNow(ctx context.Context, t store.Transaction, reference string, cause store.EventKind) (answered bool, err error) {
	call, cancel := calling(ctx)
	defer cancel()
	truth, err := s.truth(call, t.Kind, reference)
	if ctx.Err() != nil {
		return false, nil // the process ends: nothing was learnt
	}
	ctx = onItsOwn(ctx)
	switch {
	case campay.IsNotFound(err):
		return true, s.reschedule(ctx, t.ID, cause, "not_found", nil)
	case err != nil:
		return false, s.reschedule(ctx, t.ID, cause, "unreachable", err)
	}
	var became effects
	if err := s.change(ctx, t.ID, func(tx *store.Tx, now *store.Transaction) (err error) {
		became, err = s.follow(ctx, tx, now, truth, cause)
		t = *now
		return err
	}); err != nil {
		return true, err
	}
	s.announce(t, became)
	return true, nil
}

// truth asks CamPay where it answers for this kind of transaction.
func (s *core) truth(ctx context.Context, kind store.Kind, reference string) (campay.Transaction, error) {
	if kind != store.KindAirtime {
		return s.campay.Transaction(ctx, reference)
	}
	u, err := s.campay.UtilityTransaction(ctx, reference)
	return campay.Transaction{
		Reference: u.Reference, ExternalReference: u.ExternalReference, Status: u.Status, Amount: u.Amount,
		Currency: u.Currency, Operator: money.ParseOperator(u.Operator), Code: u.Code, Reason: u.Reason, Raw: u.Raw,
	}, err
}

// recordOnce is record for what may be found out again and again: it adds no line
// that says what the last one said.
func (s *core) recordOnce(ctx context.Context, tx *store.Tx, t store.Transaction, kind store.EventKind, note string, raw json.RawMessage) error {
	last, err := tx.LastEvent(ctx, t.ID)
	if err == nil && last.Kind == kind && last.Note == note && last.Status == t.Status {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.record(ctx, tx, t, kind, note, "", raw)
}

// trace is a technical cause as an event keeps it: for whoever mends the
// network, not for the shop.
func trace(err error) json.RawMessage {
	if err == nil {
		return nil
	}
	raw, _ := json.Marshal(map[string]string{"error": err.Error()}) // strings can be written
	return raw
}

// reschedule notes a question that brought no truth, and asks again later.
func (s *core) reschedule(ctx context.Context, id int64, kind store.EventKind, note string, cause error) error {
	return s.change(ctx, id, func(tx *store.Tx, t *store.Transaction) error {
		s.schedule(t)
		if cause != nil {
			s.keepAsking(t)
		}
		if kind == store.EventPoll && note == "not_found" && t.Status == store.StatusWaiting {
			return nil // nobody has begun to pay: no news, no line
		}
		return s.recordOnce(ctx, tx, *t, kind, note, trace(cause))
	})
}

// effects are what a write makes of a transaction beyond its row: told once it is
// durable.
type effects struct {
	settled bool // it moved money, or gave it free: what there is to spend is another
	paid    bool // a collection is proved paid, which its shop wants to hear
}

// announce tells what became of t in a write that is durable.
func (s *core) announce(t store.Transaction, became effects) {
	if became.settled {
		s.balance.outdated()
	}
	if became.paid {
		s.paid(t)
	}
}

// follow makes the book say what CamPay proves of t, and tells it. The
// question must have been asked after t's last settled answer came.
func (s *core) follow(ctx context.Context, tx *store.Tx, t *store.Transaction, truth campay.Transaction, cause store.EventKind) (became effects, err error) {
	before := *t
	note := judge(t, truth, s.now(), s.demo)
	if t.Status == store.StatusSuccessful && before.Status != store.StatusSuccessful {
		way, err := tx.SaleOf(ctx, *t)
		if err != nil {
			return became, err
		}
		twice, err := paidBefore(ctx, tx, *t, way)
		if err != nil {
			return became, err
		}
		if twice {
			t.Flags = t.Flags.With(store.FlagPaidTwice)
		}
		late, err := s.paidLate(ctx, tx, before)
		if err != nil {
			return became, err
		}
		switch {
		case twice && isSet(way.EndedAt): // the other payment closed it
		case isSet(way.EndedAt):
			t.Flags = t.Flags.With(store.FlagEnded)
		case late:
			t.Flags = t.Flags.With(store.FlagStopped)
		}
		if way.Number != 0 { // what else it was asked for by takes nothing any more
			if err := s.endOtherWays(ctx, tx, way, way, salePaidOtherwise, 0); err != nil {
				return became, err
			}
		}
	}
	if t.Status != before.Status || isDoubted(*t) && !isDoubted(before) { // a doubt has its day from here on
		t.NewsAt = s.now()
	}
	became.settled = t.Status != before.Status && t.Status.Final()
	became.paid = t.Kind == store.KindCollect && t.PaidInFull() && !before.PaidInFull() &&
		(t.Origin != store.OriginExternal || cause != store.EventHistory) // an old one that a person imports is no news
	s.schedule(t)
	isNews := t.Status != before.Status || t.Word != before.Word || t.AmountUnknown != before.AmountUnknown
	if !isNews && (note == "still_open" || note == "same" || note == "unknown_word") && (cause == store.EventPoll || cause == store.EventHistory) {
		if cause == store.EventPoll {
			return became, nil // no news, no line
		}
		return became, s.recordOnce(ctx, tx, *t, cause, note, truth.Raw)
	}
	return became, s.record(ctx, tx, *t, cause, note, t.Word, truth.Raw)
}

// paidLate reports whether a success came on CamPay's page of a link that was paused,
// put away or over, and on which nobody was known to pay by then: that page is
// CamPay's, and cannot be closed.
func (s *core) paidLate(ctx context.Context, tx *store.Tx, before store.Transaction) (bool, error) {
	wasIdle := before.Status == store.StatusWaiting || before.SiblingOf != 0 || before.Status == store.StatusFailed
	if before.LinkID == 0 || before.Origin != store.OriginLink || !wasIdle {
		return false, nil
	}
	link, err := tx.Link(ctx, before.LinkID)
	if err != nil {
		return false, err
	}
	return link.PaymentLink.Stop(s.now()) != store.LinkOpen, nil
}

// paidBefore reports whether the external reference of t, the purchase that t was
// asked of another number for, the sale that it is a way of, or the link that t pays
// and that is for one payment, has a successful transaction beside t.
func paidBefore(ctx context.Context, tx *store.Tx, t store.Transaction, way store.SaleWay) (bool, error) {
	others, err := tx.Siblings(ctx, t.ID)
	if err != nil {
		return false, err
	}
	isOnce, err := ofOnce(ctx, tx, t)
	if err != nil {
		return false, err
	}
	if isOnce {
		if others, err = tx.TransactionsOfLink(ctx, t.LinkID); err != nil {
			return false, err
		}
	}
	purchase, err := tx.OfSamePurchase(ctx, t.ID)
	if err != nil {
		return false, err
	}
	others = append(others, purchase...)
	if way.Number != 0 {
		ways, err := tx.OfSameSale(ctx, way)
		if err != nil {
			return false, err
		}
		others = append(others, ways...)
	}
	for _, o := range others {
		if o.ID != t.ID && o.Status == store.StatusSuccessful {
			return true, nil
		}
	}
	return false, nil
}

// ofOnce reports whether t pays a link that is for one payment.
func ofOnce(ctx context.Context, tx *store.Tx, t store.Transaction) (bool, error) {
	if t.LinkID == 0 {
		return false, nil
	}
	link, err := tx.Link(ctx, t.LinkID)
	return link.Kind == store.LinkOnce, err
}

// adopt has the book follow what CamPay proved of a reference, in a transaction
// that may be new to it.
func (s *core) adopt(ctx context.Context, tx *store.Tx, truth proof, cause store.EventKind) (t store.Transaction, became effects, err error) {
	if t, err = s.proved(ctx, tx, truth); err != nil {
		return t, became, err
	}
	touch(&t, s.now())
	if became, err = s.follow(ctx, tx, &t, truth.Transaction, cause); err != nil {
		return t, became, err
	}
	return t, became, tx.UpdateTransaction(ctx, t)
}

// accepted notes CamPay's acceptance of a collection: the payer is asked.
func (s *core) accepted(ctx context.Context, tx *store.Tx, t *store.Transaction, answer campay.Collection) error {
	t.USSDCode = answer.USSDCode
	if answer.Operator != money.OtherOperator {
		t.Operator = answer.Operator
	}
	if other, err := s.assignReference(ctx, tx, t, answer.Reference, answer.Raw); other || err != nil {
		return err
	}
	return s.record(ctx, tx, *t, store.EventAnswer, "accepted", "", answer.Raw)
}
