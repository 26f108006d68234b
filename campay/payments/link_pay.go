package payments

// A customer pays a link: by a request pushed to his own phone, or on CamPay's
// page. Nobody of the shop looks on, so the link's own limits, and limits to
// what a stranger may have phones asked for, are kept here.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/refusal"
	"comptoir/store"
)

// LinkPayment is a customer's wish to pay a link. Amount counts where the link
// leaves it to him; Phone is empty for CamPay's page.
type LinkPayment struct {
	Operation string // from NewOperation, drawn with his form; the same one twice is one payment
	LinkID    int64
	Amount    money.XAF
	Phone     money.Phone
	Shown     money.XAF // what his page said the link costs; 0 where it said nothing
	Instead   string    // the operation of his that went to a wrong number, and that he wants asked of Phone
	Again     int64     // the same payment of minutes ago that he was shown, and means to make once more
}

// The limits to unpaid requests of customers within unpaidWindow: to one phone
// over all links, and by one link; and to one phone within a day. They are far
// above what a street sends that pays. No address is kept in the book: what one
// may send is limited where the form comes in.
const (
	unpaidWindow  = 10 * time.Minute
	mostByPhone   = 4
	mostInADay    = 12
	mostByOnce    = 8  // a link for one payment
	mostByLink    = 60 // any other
	pageOfUnknown = "" // the phone of who pays on CamPay's page
)

// LinkStoppedError says that a link takes no payment now.
type LinkStoppedError struct{ Why store.LinkStop }

func (e *LinkStoppedError) Error() string { return "the link takes no payment: " + string(e.Why) }

// LinkLeftError says that a payment is more than a link still takes.
type LinkLeftError struct{ Left money.XAF }

func (e *LinkLeftError) Error() string { return "the link takes " + e.Left.String() + " more" }

// Refusal says what it takes.
func (e *LinkLeftError) Refusal() *refusal.Refusal {
	return refusal.New("amount", "amount_left", "Detail", e.Left)
}

// TooOftenError says that too much was asked for and not paid lately.
type TooOftenError struct{ Of Part } // PartPhone, or PartOrder for the link

func (e *TooOftenError) Error() string { return "asked for too often: " + string(e.Of) }

// Refusal says whether it is the number or the link that has to wait.
func (e *TooOftenError) Refusal() *refusal.Refusal {
	if e.Of == PartPhone {
		return refusal.New("phone", "often_phone")
	}
	return refusal.New("", "often_link")
}

// BusyError says that a payment is under way: another would pay twice.
type BusyError struct{ With store.Transaction }

func (e *BusyError) Error() string { return fmt.Sprintf("payment %d is under way", e.With.ID) }

// ErrAmountChanged says that a link costs something else by now than the customer
// was shown.
var ErrAmountChanged = refusal.New("", "amount_changed")

// ErrOnePage says that a link for one payment of a set amount has CamPay's page
// already, which it was made with: no customer makes another.
var ErrOnePage = errors.New("the link has its page")

// ErrAmountBelow says that a customer's amount is less than a link asks for.
var ErrAmountBelow = refusal.New("amount", "amount_below")

// PayLink writes a payment of a link down and sends it: to the customer's phone
// (POST /collect/), or by asking CamPay for its page (POST /get_payment_link/).
// *LinkStoppedError, *LinkLeftError, ErrAmountBelow, ErrAmountChanged, ErrOnePage,
// *TooOftenError and *BusyError say that nothing was sent; the rest is RequestPayment's.
func (s *Collections) PayLink(ctx context.Context, order LinkPayment) (store.Transaction, error) {
	t, isNew, err := s.writeLinkPayment(ctx, order)
	if err != nil {
		return t, fmt.Errorf("write the payment down: %w", err)
	}
	var refused error
	switch {
	case isNew && t.Origin == store.OriginPush:
		refused = s.collect(onItsOwn(ctx), t)
	case isNew:
		refused = s.askForPage(onItsOwn(ctx), t.ID, false)
	}
	now, err := s.store.Transaction(ctx, t.ID)
	if err != nil {
		return t, fmt.Errorf("%w: read transaction: %w", ErrOutcomeNotKept, err)
	}
	return now, refused
}

func (s *Collections) writeLinkPayment(ctx context.Context, order LinkPayment) (t store.Transaction, isNew bool, err error) {
	if !IsOperation(order.Operation) {
		return t, false, ErrOperation
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		link, err := tx.Link(ctx, order.LinkID)
		if err != nil {
			return err
		}
		t, err = tx.TransactionByExternalReference(ctx, order.Operation)
		if err == nil {
			return order.sameAs(t, link.PaymentLink)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if order.Shown != 0 && order.Shown != link.Amount {
			return ErrAmountChanged
		}
		if order.Phone == pageOfUnknown && link.Kind == store.LinkOnce && link.Amount != 0 {
			return ErrOnePage
		}
		if order.Amount, err = order.amountFor(link.PaymentLink); err != nil {
			return err
		}
		wrong, err := order.wrongNumber(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.mayPay(ctx, tx, link, order, wrong); err != nil {
			return err
		}
		isNew = true
		if order.Phone == pageOfUnknown {
			t, err = s.writePage(ctx, tx, link.PaymentLink, order)
			return err
		}
		push := PushOrder{Operation: order.Operation, Amount: order.Amount, Phone: order.Phone, Description: link.Description}
		wanted := push.transaction()
		wanted.LinkID, wanted.MayPayMore = link.ID, link.MayPayMore
		if t, err = s.writeDown(ctx, tx, wanted); err != nil {
			return err
		}
		if link.Kind == store.LinkCounter {
			if err := s.openSale(ctx, tx, store.SaleKey{TransactionID: t.ID}, store.SaleKey{}, 0); err != nil {
				return err
			}
		}
		if wrong.ID == 0 {
			return nil
		}
		return tx.AddOtherNumber(ctx, t.ID, wrong.ID)
	})
	if err != nil {
		return store.Transaction{}, false, err // what a failed write made is nowhere
	}
	return t, isNew, nil
}

// writePage adds an attempt on CamPay's page by a customer, who is nobody of
// the shop's.
func (s *Collections) writePage(ctx context.Context, tx *store.Tx, link store.PaymentLink, order LinkPayment) (store.Transaction, error) {
	link.CreatedBy = 0
	return s.writeAttempt(ctx, tx, link, order.Amount, order.Operation)
}

// amountFor is what a link has the customer pay: its own amount, more where he
// may, or whatever he chooses.
func (order LinkPayment) amountFor(link store.PaymentLink) (money.XAF, error) {
	switch fixed := link.Amount; {
	case fixed == 0 && order.Amount == 0:
		return 0, ErrAmountMissing
	case fixed == 0:
		return order.Amount, nil
	case !link.MayPayMore || order.Amount == 0:
		return fixed, nil
	case order.Amount < fixed:
		return 0, refusal.New("amount", ErrAmountBelow.Code, "Detail", fixed)
	default:
		return order.Amount, nil
	}
}

// sameAs reports ErrOperationUsed unless a transaction was made by this order,
// whatever the link has come to ask since.
func (order LinkPayment) sameAs(t store.Transaction, link store.PaymentLink) error {
	isPush := order.Phone != pageOfUnknown
	now, err := order.amountFor(link)
	isAmount := order.Amount == 0 || t.Asked == order.Amount || err == nil && t.Asked == now
	if t.LinkID != order.LinkID || !isAmount || isPush != (t.Origin == store.OriginPush) ||
		(isPush && t.Phone != order.Phone) {
		return ErrOperationUsed
	}
	return nil
}

// mayPay reports why a link does not take a payment now; wrong is the request in
// whose place it comes, zero for none.
func (s *Collections) mayPay(ctx context.Context, tx *store.Tx, link store.LinkWithState, order LinkPayment, wrong store.Transaction) error {
	if why := link.Stop(s.now()); why != store.LinkOpen {
		return &LinkStoppedError{why}
	}
	open, err := tx.OpenOfLink(ctx, link.ID)
	if err != nil {
		return err
	}
	purchase, err := tx.OfSamePurchase(ctx, wrong.ID)
	if err != nil {
		return err
	}
	purchase = append(purchase, wrong)
	for _, t := range purchase {
		if t.Status == store.StatusSuccessful && t.ID > order.Again {
			return &BusyError{t} // it was paid while another number was typed
		}
	}
	for _, t := range open {
		// Of a link for one payment, what was asked before was itself to a wrong number.
		isWrong := wrong.Status == store.StatusPending && t.ID <= wrong.ID && t.Origin == store.OriginPush
		if isUnderWay(t) && link.Kind == store.LinkOnce && !isWrong {
			return &BusyError{t}
		}
	}
	same, err := s.sameLately(ctx, tx, order.Phone, order.Amount)
	if err != nil {
		return err
	}
	if err := order.notAgain(same, isUnderWay); err != nil {
		return err
	}
	if err := s.leaves(ctx, tx, link, order.Amount, purchase); err != nil {
		return err
	}
	if err := s.notTooOften(ctx, tx, link, order.Phone); err != nil {
		return err
	}
	return order.notAgain(same, func(t store.Transaction) bool { return t.ID > order.Again })
}

// wrongNumber is the request of this link that went to a wrong number; zero for none.
// It stays as it is: it is watched, and what comes of it beside the next one is flagged.
func (order LinkPayment) wrongNumber(ctx context.Context, r *store.Tx) (t store.Transaction, err error) {
	if order.Instead == "" {
		return t, nil
	}
	t, err = r.TransactionByExternalReference(ctx, order.Instead)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return t, err
	}
	isOwn := err == nil && t.LinkID == order.LinkID && t.Origin == store.OriginPush && t.CreatedBy == 0
	isSecond := t.Status == store.StatusSuccessful && t.ID <= order.Again // he was shown it, and means another
	if !isOwn || isSecond || t.Phone == order.Phone {
		return store.Transaction{}, nil
	}
	return t, nil
}

// isUnderWay reports whether a payer may be about to pay t: he was asked, or
// began on CamPay's page.
func isUnderWay(t store.Transaction) bool {
	return t.Status == store.StatusPending || t.Status == store.StatusInDoubt || t.Status == store.StatusUnsent && t.Origin == store.OriginPush
}

// notAgain finds the first of the same payments that is one of this link's and
// that this one must not be made beside: one under way, never; one of minutes ago
// that he was not shown, not unasked. A page that nobody began to pay is neither.
func (order LinkPayment) notAgain(same []store.Transaction, stops func(store.Transaction) bool) error {
	for _, t := range same {
		if t.LinkID == order.LinkID && t.Status != store.StatusWaiting && stops(t) {
			return &BusyError{t}
		}
	}
	return nil
}

// leaves reports whether a link takes this much more, with what is under way
// counted as paid: a link never takes more than its limits. What the same purchase
// asked of wrong numbers keeps no place of its own: paid beside the next, it is
// flagged as paid twice.
func (s *Collections) leaves(ctx context.Context, tx *store.Tx, link store.LinkWithState, amount money.XAF, purchase []store.Transaction) error {
	if link.MostPayments == 0 && link.MostMoney == 0 {
		return nil
	}
	flight, err := tx.LinkInFlight(ctx, link.ID)
	if err != nil {
		return err
	}
	wrong := map[int64]bool{} // wrong itself may be there twice
	for _, t := range purchase {
		if t.LinkID == link.ID && isUnderWay(t) && !wrong[t.ID] {
			wrong[t.ID] = true
			flight.Count, flight.Amount = flight.Count-1, flight.Amount-t.Asked
		}
	}
	if left := link.Left(); left >= 0 && flight.Count >= left {
		return &LinkStoppedError{store.LinkUsedUp}
	}
	if left := link.MostMoney - link.Taken - flight.Amount; link.MostMoney > 0 && amount > left {
		return &LinkLeftError{max(0, left)}
	}
	return nil
}

// notTooOften keeps a stranger from having phones ring all day: what was asked
// for and not paid is counted in the book, so that no restart forgets it.
func (s *Collections) notTooOften(ctx context.Context, tx *store.Tx, link store.LinkWithState, phone money.Phone) error {
	unpaid, err := tx.UnpaidSince(ctx, phone, link.ID, s.now().Add(-unpaidWindow))
	if err != nil {
		return err
	}
	today, err := tx.UnpaidSince(ctx, phone, link.ID, s.now().Add(-24*time.Hour))
	if err != nil {
		return err
	}
	most := mostByLink
	if link.Kind == store.LinkOnce {
		most = mostByOnce
	}
	switch {
	case unpaid.ByPhone >= mostByPhone, today.ByPhone >= mostInADay:
		return &TooOftenError{PartPhone}
	case unpaid.ByLink >= most:
		return &TooOftenError{PartOrder}
	default:
		return nil
	}
}
