package payments

// Webhook deliveries: kept before they are acknowledged (invariant 3), then
// applied by asking CamPay whether what they say is true (invariant 4).

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"comptoir/campay"
	"comptoir/store"
)

// unknownPatience is how long a delivery is tried while CamPay answers that it
// does not know its reference. While CamPay does not answer at all, it is tried
// for ever.
const unknownPatience = 2 * time.Hour

// ErrWebhookRefused says that a delivery is not CamPay's, or not readable. It
// is counted, kept among a sample of such, and changes nothing.
var ErrWebhookRefused = errors.New("webhook refused")

// ErrWebhookTooLarge says that a delivery was larger than any of CamPay's; it
// is not kept.
var ErrWebhookTooLarge = campay.ErrNotificationTooLarge

// TakeWebhook keeps one delivery, a GET or POST from remoteAddr. It returns nil
// once the delivery is durable, so that it may be acknowledged; what it speaks of is
// looked up, and applied, behind.
func (s *Service) TakeWebhook(r *http.Request, remoteAddr string) error {
	ctx := r.Context()
	raw, err := campay.ReadNotification(r)
	if err != nil {
		return fmt.Errorf("read the webhook: %w", err)
	}
	d := store.Delivery{
		ReceivedAt: s.now(), Method: raw.Method, ContentType: short(raw.ContentType), Body: raw.Body, RemoteAddr: remoteAddr,
		Verdict: store.VerdictAccepted,
	}
	n, until, why, refused := s.verify(raw)
	d.Status, d.Reference, d.ExternalReference = short(string(n.Status)), short(foldReference(n.Reference)), short(n.ExternalReference)
	d.AmountText, d.Currency = short(n.AmountText), short(n.Currency)
	if refused != nil {
		d.Verdict, d.Outcome, d.Why, d.AppliedAt = store.VerdictRefused, store.OutcomeRefused, why, s.now()
		if s.sampled(d) {
			s.log.WarnContext(ctx, "webhook refused", "address", remoteAddr, "why", refused) // holds nothing of the signature
		}
		return fmt.Errorf("%w: %w", ErrWebhookRefused, refused)
	}
	if err := s.hasRoomFor(ctx, d); err != nil {
		return err
	}
	if err := s.keepArrival(ctx, store.Arrival{Delivery: d, SignedUntil: until}); err != nil {
		return fmt.Errorf("keep the webhook: %w", err)
	}
	return nil
}

var errNoKey = errors.New("no webhook key is set")

func (s *Service) verify(raw campay.RawNotification) (n campay.Notification, until time.Time, why store.Why, refused error) {
	n, err := raw.Parse()
	if err != nil {
		return n, until, store.WhyUnreadable, err
	}
	if s.webhooks == nil {
		return n, until, store.WhyNoKey, errNoKey
	}
	until, err = s.webhooks.Verify(n)
	switch {
	case errors.Is(err, campay.ErrSignatureExpired):
		return n, until, store.WhyExpired, err
	case err != nil:
		return n, until, store.WhySignature, err
	}
	return n, until, "", nil
}

// short bounds a text of a stranger's.
func short(text string) string { return strings.ToValidUTF8(text[:min(len(text), 100)], "") }

// Said is what a kept delivery carried by CamPay's names, without its
// signature, which opens the door for an hour. What cannot be read said nothing.
func Said(d store.Delivery) map[string]string {
	fields, err := campay.RawNotification{Method: d.Method, ContentType: d.ContentType, Body: d.Body}.Fields()
	if err != nil {
		return nil
	}
	delete(fields, "signature")
	return fields
}

// IsOfKey reports whether a kept delivery was signed with the key that is set now,
// in its time or out of it.
func (s *Service) IsOfKey(d store.Delivery) bool {
	_, _, why, refused := s.verify(campay.RawNotification{Method: d.Method, ContentType: d.ContentType, Body: d.Body})
	return refused == nil || why == store.WhyExpired
}

// noteReport starts the patience of polling anew: what CamPay has reported may take
// it a while to prove.
func (s *Service) noteReport(t *store.Transaction) {
	t.NewsAt = s.now()
	if soon := t.NewsAt.Add(pollFirst); t.PollAt.IsZero() || t.PollAt.After(soon) {
		t.PollAt = soon
	}
}

// transactionOf finds the transaction of a delivery's reference, or the one
// that waits for its reference under the same external reference.
func transactionOf(ctx context.Context, r store.Reader, d store.Delivery) (store.Transaction, error) {
	t, err := r.TransactionByReference(ctx, d.Reference)
	if !errors.Is(err, store.ErrNotFound) || d.ExternalReference == "" {
		return t, err
	}
	t, err = r.TransactionByExternalReference(ctx, foldReference(d.ExternalReference))
	if err == nil && t.Reference != "" {
		return store.Transaction{}, store.ErrNotFound
	}
	return t, err
}

// apply asks CamPay for the truth behind a kept delivery.
func (s *Service) apply(ctx context.Context, d store.Delivery) error {
	n, err := campay.RawNotification{Method: d.Method, ContentType: d.ContentType, Body: d.Body}.Parse()
	if err != nil {
		return s.endDelivery(ctx, d, store.OutcomeUnknown) // verified once, so it could be read then
	}
	end, err := s.asking.hold(ctx, foldReference(n.Reference))
	if err != nil {
		return nil //nolint:nilerr // the process ends: the delivery stays due
	}
	defer end()
	call, cancel := calling(ctx)
	defer cancel()
	truth, err := s.prove(call, n.Reference)
	if ctx.Err() != nil {
		return nil // the process ends: the delivery stays due
	}
	ctx = onItsOwn(ctx)
	switch {
	// Abs: applied again by a person, it may be dated by a clock that was ahead.
	case campay.IsNotFound(err) && s.now().Sub(d.ReceivedAt).Abs() > unknownPatience:
		return s.forget(ctx, d)
	case err != nil:
		return s.tryLater(ctx, d)
	}
	var t store.Transaction
	var became effects
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if t, err = s.proved(ctx, tx, truth); err != nil {
			return err
		}
		if err := s.takeBack(ctx, tx, d.TransactionID, t.ID); err != nil {
			return err
		}
		touch(&t, s.now())
		before := t
		if became, err = s.follow(ctx, tx, &t, truth.Transaction, store.EventWebhook); err != nil {
			return err
		}
		d.TransactionID, d.Outcome = t.ID, store.OutcomeNoChange
		if t.Status != before.Status {
			d.Outcome = store.OutcomeApplied
		}
		if differs(n, truth.Transaction) {
			d.Outcome = store.OutcomeDiffers
			t.Flags = t.Flags.With(store.FlagReportDiffers)
			if err := s.record(ctx, tx, t, store.EventWebhook, "differs", string(n.Status)+" "+n.AmountText+" "+n.Currency, nil); err != nil {
				return err
			}
		}
		if err := tx.UpdateTransaction(ctx, t); err != nil {
			return err
		}
		d.Attempts, d.NextAt, d.AppliedAt = d.Attempts+1, time.Time{}, s.now()
		return tx.UpdateDelivery(ctx, d)
	})
	if err != nil {
		return fmt.Errorf("apply delivery %d: %w", d.ID, err)
	}
	s.announce(t, became)
	s.publish(t)
	s.poke()
	return nil
}

// takeBack clears what was reported of a transaction that a delivery was taken
// for, when CamPay proved that it spoke of another one.
func (s *Service) takeBack(ctx context.Context, tx *store.Tx, taken, proved int64) error {
	if taken == 0 || taken == proved {
		return nil
	}
	t, err := tx.Transaction(ctx, taken)
	if err != nil {
		return err
	}
	touch(&t, s.now())
	t.ReportedStatus = ""
	if err := tx.UpdateTransaction(ctx, t); err != nil {
		return err
	}
	return s.record(ctx, tx, t, store.EventWebhook, "not_confirmed", "", nil)
}

// differs reports whether a notification said something that the truth denies.
// What one of the two does not tell, the other does not deny; and a truth that is
// still pending denies no status: it is only behind.
func differs(n campay.Notification, truth campay.Transaction) bool {
	if proved := truth.Amount.Moved(); n.Amount.Known && proved.XAF > 0 && n.Amount != proved {
		return true
	}
	if n.Currency != "" && truth.Currency != "" && !strings.EqualFold(n.Currency, truth.Currency) {
		return true
	}
	return truth.Status.Final() && n.Status != truth.Status
}

// tryLater keeps a delivery for another try.
func (s *Service) tryLater(ctx context.Context, d store.Delivery) error {
	d.Attempts++
	d.NextAt = s.now().Add(pollDelay(s.now().Sub(d.ReceivedAt)))
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateDelivery(ctx, d) })
}

// forget ends a delivery that CamPay does not confirm: what it reported is
// taken back from the transaction's screen.
func (s *Service) forget(ctx context.Context, d store.Delivery) error {
	if d.TransactionID != 0 {
		if err := s.change(ctx, d.TransactionID, func(tx *store.Tx, t *store.Transaction) error {
			t.ReportedStatus = ""
			return s.record(ctx, tx, *t, store.EventWebhook, "not_confirmed", "", nil)
		}); err != nil {
			return err
		}
	}
	return s.endDelivery(ctx, d, store.OutcomeUnknown)
}

func (s *Service) endDelivery(ctx context.Context, d store.Delivery, outcome store.Outcome) error {
	d.Outcome, d.Attempts, d.NextAt, d.AppliedAt = outcome, d.Attempts+1, time.Time{}, s.now()
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.UpdateDelivery(ctx, d); err != nil || outcome != store.OutcomeUnknown {
			return err
		}
		return tx.PruneNobodys(ctx, nobodysKept)
	})
}

// ApplyAgain puts a kept delivery back in the queue, as a person asked.
// A refused one stays refused: nothing it says was ever looked at.
func (s *Service) ApplyAgain(ctx context.Context, deliveryID int64) error {
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		d, err := tx.Delivery(ctx, deliveryID)
		if err != nil {
			return err
		}
		if d.Verdict != store.VerdictAccepted {
			return ErrWebhookRefused
		}
		d.Outcome, d.Attempts, d.NextAt, d.AppliedAt = store.OutcomeNone, 0, s.now(), time.Time{}
		return tx.UpdateDelivery(ctx, d)
	})
	if err != nil {
		return fmt.Errorf("apply delivery %d again: %w", deliveryID, err)
	}
	s.poke()
	return nil
}
