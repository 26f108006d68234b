package payments

// How a transaction's status changes: by what /transaction/{reference}/
// proves, and by nothing else (invariant 4).

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// change reads a transaction, lets edit alter it and writes it back, all in
// one database transaction, and tells its watchers.
func (s *Service) change(ctx context.Context, id int64, edit func(*store.Tx, *store.Transaction) error) error {
	return s.changeBy(ctx, s.store.Write, id, edit)
}

// changeBy is change by one of the store's ways to write.
func (s *Service) changeBy(ctx context.Context, write func(context.Context, func(context.Context, *store.Tx) error) error, id int64, edit func(*store.Tx, *store.Transaction) error) error {
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

// tell adds a line to a transaction's story.
func (s *Service) tell(ctx context.Context, tx *store.Tx, t store.Transaction, kind store.EventKind, note, detail string, raw json.RawMessage) error {
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
func (s *Service) confirm(ctx context.Context, t store.Transaction, reference string, cause store.EventKind) (answered bool, err error) {
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
func (s *Service) confirmNow(ctx context.Context, t store.Transaction, reference string, cause store.EventKind) (answered bool, err error) {
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
func (s *Service) truth(ctx context.Context, kind store.Kind, reference string) (campay.Transaction, error) {
	if kind != store.KindAirtime {
		return s.campay.Transaction(ctx, reference)
	}
	u, err := s.campay.UtilityTransaction(ctx, reference)
	return campay.Transaction{
		Reference: u.Reference, ExternalReference: u.ExternalReference, Status: u.Status, Amount: u.Amount,
		Currency: u.Currency, Operator: money.ParseOperator(u.Operator), Code: u.Code, Reason: u.Reason, Raw: u.Raw,
	}, err
}

// tellOnce is tell for what may be found out again and again: it adds no line
// that says what the last one said.
func (s *Service) tellOnce(ctx context.Context, tx *store.Tx, t store.Transaction, kind store.EventKind, note string, raw json.RawMessage) error {
	last, err := tx.LastEvent(ctx, t.ID)
	if err == nil && last.Kind == kind && last.Note == note && last.Status == t.Status {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return s.tell(ctx, tx, t, kind, note, "", raw)
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
func (s *Service) reschedule(ctx context.Context, id int64, kind store.EventKind, note string, cause error) error {
	return s.change(ctx, id, func(tx *store.Tx, t *store.Transaction) error {
		s.schedule(t)
		if cause != nil {
			s.keepAsking(t)
		}
		if kind == store.EventPoll && note == "not_found" && t.Status == store.StatusWaiting {
			return nil // nobody has begun to pay: no news, no line
		}
		return s.tellOnce(ctx, tx, *t, kind, note, trace(cause))
	})
}

// effects are what a write makes of a transaction beyond its row: told once it is
// durable.
type effects struct {
	settled bool // it moved money, or gave it free: what there is to spend is another
	paid    bool // a collection is proved paid, which its shop wants to hear
}

// announce tells what became of t in a write that is durable.
func (s *Service) announce(t store.Transaction, became effects) {
	if became.settled {
		s.balance.outdated()
	}
	if became.paid {
		s.paid(t)
	}
}

// follow makes the book say what CamPay proves of t, and tells it. The
// question must have been asked after t's last settled answer came.
func (s *Service) follow(ctx context.Context, tx *store.Tx, t *store.Transaction, truth campay.Transaction, cause store.EventKind) (became effects, err error) {
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
		return became, s.tellOnce(ctx, tx, *t, cause, note, truth.Raw)
	}
	return became, s.tell(ctx, tx, *t, cause, note, t.Word, truth.Raw)
}

// paidLate reports whether a success came on CamPay's page of a link that was paused,
// put away or over, and on which nobody was known to pay by then: that page is
// CamPay's, and cannot be closed.
func (s *Service) paidLate(ctx context.Context, tx *store.Tx, before store.Transaction) (bool, error) {
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

// judge changes t to what truth proves and names what happened. Pure, so that
// its rules can be read and tried in one place. isDemo says that the truth is the
// demo's of CamPay.
func judge(t *store.Transaction, truth campay.Transaction, now time.Time, isDemo bool) (note string) {
	if !strings.EqualFold(truth.Reference, t.Reference) ||
		(t.ExternalReference != "" && truth.ExternalReference != "" && !strings.EqualFold(truth.ExternalReference, t.ExternalReference)) {
		t.Flags = t.Flags.With(store.FlagMismatch)
		return "mismatch"
	}
	t.ReportedStatus = ""
	switch truth.Status {
	case campay.Successful:
		knowWord(t)
		note = moveTo(t, store.StatusSuccessful, now)
		t.Currency = truth.Currency
		t.Net = cmp.Or(truth.NetAmount.Moved().XAF, t.Net) // not every answer tells it, and the history may have
		if wasUnknown := t.AmountUnknown; takeAmount(t, truth.Amount, isDemo) && wasUnknown && note == "same" {
			note = "amount_told"
		}
	case campay.Failed:
		knowWord(t)
		note = moveTo(t, store.StatusFailed, now)
		t.AmountUnknown, t.Flags = false, less(t.Flags, store.FlagAmountUnknown)
	case campay.Pending:
		isDecided := t.Flags.Has(store.FlagDecided)
		if t.Status.Final() && !isDecided {
			return "open_after_final" // an answer that is behind: kept, changes nothing
		}
		knowWord(t)
		note = "still_open"
		if isDecided { // a person's word against CamPay's
			note = "moved_final"
			t.Flags, t.SettledAt = undecided(t.Flags).With(store.FlagMovedFinal), time.Time{}
		}
		t.Status = store.StatusPending
	default:
		// EXPIRED, REVERSED, SUCCESS, whatever: no proof of anything, so that
		// nothing moves by it, and a person has to look.
		t.Word, t.Flags = string(truth.Status), t.Flags.With(store.FlagUnknownWord)
		note = "unknown_word"
	}
	learn(t, truth)
	return note
}

// knowWord takes back what a status of unknown meaning had said.
func knowWord(t *store.Transaction) {
	t.Word, t.Flags = "", less(t.Flags, store.FlagUnknownWord)
}

// takeAmount keeps the amount that a success was told with, and reports whether
// it was told any. Nothing at all is no amount either, but on the demo, which says
// so of its simulated payers. What was told before is not forgotten.
func takeAmount(t *store.Transaction, told money.Told, isDemo bool) bool {
	told = told.Moved()
	switch {
	case told.XAF > 0 || told.Known && isDemo:
		t.Amount, t.AmountUnknown, t.Flags = told.XAF, false, less(t.Flags, store.FlagAmountUnknown)
		flagAmount(t)
		return true
	case t.Amount == 0:
		t.AmountUnknown, t.Flags = true, t.Flags.With(store.FlagAmountUnknown)
	}
	return false
}

// moveTo makes t final. One final status may follow another only here, where
// /transaction/ itself says so: it is flagged, and the events keep both.
func moveTo(t *store.Transaction, to store.Status, now time.Time) (note string) {
	isDecided := t.Flags.Has(store.FlagDecided)
	t.Flags = undecided(t.Flags)
	switch {
	case t.Status == to && !isDecided:
		return "same"
	case t.Status.Final() && t.Status != to:
		t.Flags = t.Flags.With(store.FlagMovedFinal)
		note = "moved_final"
	default:
		note = string(to)
	}
	t.Status, t.SettledAt = to, now
	return note
}

// undecided are flags without a person's decision: a proof takes its place.
func undecided(flags store.Flags) store.Flags {
	return less(flags, store.FlagDecided)
}

// less are flags without those of off.
func less(flags store.Flags, off ...store.Flag) store.Flags {
	return slices.DeleteFunc(slices.Clone(flags), func(f store.Flag) bool { return slices.Contains(off, f) })
}

// flagAmount flags what is not the money that was asked for.
func flagAmount(t *store.Transaction) {
	if t.Currency != currency {
		t.Flags = t.Flags.With(store.FlagCurrency)
	}
	switch {
	case t.Asked == 0, t.IsSimulated(): // begun elsewhere: nothing was asked here
	case t.Amount < t.Asked:
		t.Flags = t.Flags.With(store.FlagUnderpaid)
	case t.Amount > t.Asked && !t.MayPayMore:
		t.Flags = t.Flags.With(store.FlagOverpaid)
	}
}

// learn keeps what the truth tells beside status and amount.
func learn(t *store.Transaction, truth campay.Transaction) {
	if truth.Operator != money.OtherOperator {
		t.Operator = truth.Operator
	}
	if phone, err := money.ParsePhone(truth.Phone); err == nil {
		if isOurPayout(*t) && t.Phone != phone {
			t.Flags = t.Flags.With(store.FlagMismatch) // whom it went to stays whom it was meant for
		} else {
			t.Phone = phone
		}
	}
	t.Code = cmp.Or(truth.Code, t.Code)
	t.OperatorReference = cmp.Or(truth.OperatorReference, t.OperatorReference)
	t.Reason = cmp.Or(truth.Reason, t.Reason)
}

// isOurPayout reports whether t is money that this shop sent.
func isOurPayout(t store.Transaction) bool {
	return t.Kind != store.KindCollect && t.Origin != store.OriginExternal
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
