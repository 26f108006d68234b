package payments

// References that the book may lack: whose they are, by what CamPay itself says
// of them.

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"comptoir/campay"
	"comptoir/store"
)

// proof is the truth about a reference of which the book may know nothing.
type proof struct {
	campay.Transaction
	isAirtime bool // CamPay answered where it answers for airtime alone
}

// prove asks CamPay about a reference in both places where it may answer.
func (s *core) prove(ctx context.Context, reference string) (proof, error) {
	truth, err := s.campay.Transaction(ctx, reference)
	if !campay.IsNotFound(err) {
		return proof{Transaction: truth}, err
	}
	airtime, airtimeErr := s.truth(ctx, store.KindAirtime, reference)
	var failure *campay.Error
	if errors.As(airtimeErr, &failure) && failure.HTTPStatus == http.StatusNotFound {
		return proof{}, err // there may be no such place
	}
	return proof{Transaction: airtime, isAirtime: true}, airtimeErr
}

// proved finds or makes the transaction of a reference that CamPay knows.
// Everything about it is the truth's, nothing the notification's.
func (s *core) proved(ctx context.Context, tx *store.Tx, truth proof) (store.Transaction, error) {
	t, err := tx.TransactionByReference(ctx, foldReference(truth.Reference))
	if !errors.Is(err, store.ErrNotFound) {
		return t, err
	}
	t, err = operationBehind(ctx, tx, truth)
	switch {
	case err == nil && t.Reference == "":
		return t, s.reserve(ctx, tx, &t, truth.Reference)
	case err == nil:
		return s.addSibling(ctx, tx, t, foldReference(truth.Reference))
	case !errors.Is(err, store.ErrNotFound):
		return t, err
	}
	return s.addExternal(ctx, tx, truth)
}

// operationBehind finds the operation that CamPay says a reference is of: by
// its external reference, or where that is left out by the code in its
// description.
func operationBehind(ctx context.Context, tx *store.Tx, truth proof) (store.Transaction, error) {
	if truth.ExternalReference != "" {
		return tx.TransactionByExternalReference(ctx, foldReference(truth.ExternalReference))
	}
	return tx.TransactionByOperationCode(ctx, codeIn(truth.Description))
}

// addExternal writes down a transaction that was begun elsewhere.
func (s *core) addExternal(ctx context.Context, tx *store.Tx, truth proof) (store.Transaction, error) {
	kind, isKnown := kindOf(truth.Code)
	if truth.isAirtime {
		kind = store.KindAirtime
	}
	var flags store.Flags
	if !isKnown && !truth.isAirtime {
		flags = flags.With(store.FlagUnprovedKind)
	}
	now := s.now()
	t, err := tx.CreateTransaction(ctx, store.Transaction{
		Kind: kind, Origin: store.OriginExternal, Status: store.StatusPending, Flags: flags,
		ExternalReference: foldReference(truth.ExternalReference), Reference: foldReference(truth.Reference),
		Currency: truth.Currency, Description: truth.Description,
		CreatedAt: now, UpdatedAt: now, PollAt: now, NewsAt: now,
	})
	if err != nil {
		return t, err
	}
	return t, s.record(ctx, tx, t, store.EventCreated, "external", "", nil)
}

// codeForm is CamPay's own code: a prefix, the day, and the letter of what it
// did, as in CP201027T00005, D201102W0002LK and CP220804U0649K.
var codeForm = regexp.MustCompile(`^[A-Z]{1,3}[0-9]{6}([A-Z])`)

// kindOf reads from CamPay's code what a transaction did with money; /transaction/
// has no field for it, and a webhook's word for it is no proof.
func kindOf(code string) (kind store.Kind, isKnown bool) {
	m := codeForm.FindStringSubmatch(code)
	if m == nil {
		return store.KindCollect, false
	}
	switch m[1] {
	case "T", "D": // D in the history of CamPay's own documentation, with a credit
		return store.KindCollect, true
	case "W":
		return store.KindWithdraw, true
	case "U":
		return store.KindAirtime, true
	}
	return store.KindCollect, false
}

// Hint has a reference that a payer's browser brought back from CamPay's page asked
// about, where the attempt has none yet. It proves nothing by itself: what CamPay says
// of it decides, and only where that is this operation.
func (s *core) Hint(ctx context.Context, operation, reference string) error {
	reference = foldReference(reference)
	t, err := s.store.TransactionByExternalReference(ctx, operation)
	if err != nil || t.Reference != "" || t.Status != store.StatusWaiting || !campay.IsReference(reference) {
		return err
	}
	end, err := s.asking.hold(ctx, reference)
	if err != nil {
		return nil //nolint:nilerr // whoever brought it has gone
	}
	defer end()
	call, cancel := calling(ctx)
	defer cancel()
	truth, err := s.prove(call, reference)
	if err != nil || foldReference(truth.ExternalReference) != t.ExternalReference {
		return nil //nolint:nilerr // a browser may bring anything, and CamPay is asked again by other ways
	}
	ctx = onItsOwn(ctx)
	var became effects
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.record(ctx, tx, t, store.EventPerson, "brought_back", reference, nil); err != nil {
			return err
		}
		t, became, err = s.adopt(ctx, tx, truth, store.EventPoll)
		return err
	})
	if err != nil {
		return err
	}
	s.announce(t, became)
	s.publish(t)
	s.poke()
	return nil
}
