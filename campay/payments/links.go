package payments

// Payment links: making one, and the attempts to pay it.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"comptoir/campay"
	"comptoir/store"
)

// LinkOrder is a payment link to make. Amount is in whole francs; the payer's
// data and the redirect URLs may be empty.
type LinkOrder struct {
	Operation          string // from NewOperation; the same one twice is one link
	Amount             campay.XAF
	Description        string
	FirstName          string
	LastName           string
	Email              string
	Phone              campay.Phone
	PaymentOptions     campay.PaymentOptions
	MayPayMore         bool
	RedirectURL        string
	FailureRedirectURL string
	By                 int64 // the user
}

// operationCodeLetters make an operation code of 40 random bits.
const operationCodeLetters = 8

// slugLetters makes a slug of 5 × 20 = 100 random bits.
const slugLetters = 20

// CreateLink writes a link and its first attempt down, then asks CamPay for
// its page (POST /get_payment_link/). A link that CamPay did not answer for is
// in the book all the same, and is asked for again by itself: making a page
// moves no money. A *RefusedError comes back beside the link when CamPay
// refused it.
func (s *Service) CreateLink(ctx context.Context, order LinkOrder) (store.LinkWithState, error) {
	attempt, isNew, err := s.writeLink(ctx, order)
	if err != nil {
		return store.LinkWithState{}, fmt.Errorf("write the link down: %w", err)
	}
	var refused error
	if isNew {
		refused = s.askForPage(onItsOwn(ctx), attempt.ID, false)
	}
	link, err := s.store.Link(ctx, attempt.LinkID)
	if err != nil {
		return store.LinkWithState{}, fmt.Errorf("read link %d: %w", attempt.LinkID, err)
	}
	return link, refused
}

// writeLink makes link and attempt durable, or finds those that the same
// operation made before.
func (s *Service) writeLink(ctx context.Context, order LinkOrder) (attempt store.Transaction, isNew bool, err error) {
	if !IsOperation(order.Operation) {
		return attempt, false, ErrOperation
	}
	slug, err := s.token(slugLetters)
	if err != nil {
		return attempt, false, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		attempt, err = tx.TransactionByExternalReference(ctx, order.Operation)
		if err == nil {
			return order.sameAs(ctx, tx, attempt)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		link, err := tx.CreateLink(ctx, store.PaymentLink{
			Slug: strings.ToLower(slug), Amount: int64(order.Amount), Description: order.Description,
			FirstName: order.FirstName, LastName: order.LastName, Email: order.Email, Phone: string(order.Phone),
			PaymentOptions: string(order.PaymentOptions), MayPayMore: order.MayPayMore,
			RedirectURL: order.RedirectURL, FailureRedirectURL: order.FailureRedirectURL,
			CreatedBy: order.By, CreatedAt: s.now(),
		})
		if err != nil {
			return err
		}
		isNew = true
		if attempt, err = s.writeAttempt(ctx, tx, link, order.Operation); err != nil {
			return err
		}
		return s.audit(ctx, tx, order.By, act{"link.made", "link", link.ID}, orderedDetail{
			Kind: store.KindCollect, Amount: order.Amount.String(), Phone: string(order.Phone), Description: order.Description,
		})
	})
	if err != nil {
		return store.Transaction{}, false, err // what a failed write made is nowhere
	}
	return attempt, isNew, nil
}

// sameAs reports ErrOperationUsed unless a transaction was made by this order.
func (order LinkOrder) sameAs(ctx context.Context, tx *store.Tx, t store.Transaction) error {
	if t.LinkID == 0 || t.Asked != int64(order.Amount) || t.Description != order.Description {
		return ErrOperationUsed
	}
	link, err := tx.Link(ctx, t.LinkID)
	if err == nil && (link.MayPayMore != order.MayPayMore || link.Phone != string(order.Phone)) {
		return ErrOperationUsed
	}
	return err
}

// writeAttempt adds an attempt to pay a link under a new external reference.
func (s *Service) writeAttempt(ctx context.Context, tx *store.Tx, link store.PaymentLink, operation string) (store.Transaction, error) {
	return s.writeDown(ctx, tx, store.Transaction{
		Kind: store.KindCollect, Origin: store.OriginLink, LinkID: link.ID,
		ExternalReference: operation, Asked: link.Amount, MayPayMore: link.MayPayMore,
		Phone: link.Phone, Description: link.Description, CreatedBy: link.CreatedBy,
	})
}

// writeDown makes a transaction that is about to be sent durable (invariant 1).
func (s *Service) writeDown(ctx context.Context, tx *store.Tx, t store.Transaction) (store.Transaction, error) {
	code, err := s.token(operationCodeLetters)
	if err != nil {
		return t, err
	}
	now := s.now()
	t.Status, t.OperationCode, t.Currency = store.StatusUnsent, code, currency
	t.CreatedAt, t.UpdatedAt, t.NewsAt, t.PollAt = now, now, now, now.Add(unsentGrace)
	t, err = tx.CreateTransaction(ctx, t)
	if err != nil {
		return t, err
	}
	return t, s.tell(ctx, tx, t, store.EventCreated, "written", "", nil)
}

// askForPage asks CamPay for the hosted page of a link attempt, again where an
// earlier request may have been lost, and writes its answer down. It returns
// CamPay's refusal, and no error for an answer that is still to come.
func (s *Service) askForPage(ctx context.Context, attemptID int64, again bool) error {
	attempt, err := s.store.Transaction(ctx, attemptID)
	if err != nil {
		return fmt.Errorf("read attempt %d: %w", attemptID, err)
	}
	link, err := s.store.Link(ctx, attempt.LinkID)
	if err != nil {
		return fmt.Errorf("read link %d: %w", attempt.LinkID, err)
	}
	call, cancel := calling(ctx)
	defer cancel()
	page, callErr := s.campay.PaymentLink(call, s.pageRequest(link.PaymentLink, attempt))
	ctx = onItsOwn(ctx)
	var failure *campay.Error
	isRefused := errors.As(callErr, &failure) && failure.Effect == campay.Refused && (!again || !passes(failure))

	err = s.change(ctx, attemptID, func(tx *store.Tx, t *store.Transaction) error {
		if t.Status != store.StatusUnsent {
			return nil // settled meanwhile, by a webhook say
		}
		switch {
		case callErr == nil:
			if err := s.claim(ctx, tx, t, page.Reference); err != nil {
				return err
			}
			t.Status, t.PaymentURL, t.SentAt = store.StatusWaiting, page.URL, s.now()
			s.schedule(t)
			return s.tell(ctx, tx, *t, store.EventAnswer, "page_made", "", page.Raw)
		case isRefused && failure.Code == "" && again:
			// An earlier request was lost and may hold this external reference.
			// Nobody has its page, so nobody can pay it: begin anew.
			return s.replaceAttempt(ctx, tx, link.PaymentLink, t, failure)
		case isRefused:
			s.refuse(t, failure)
			return s.tell(ctx, tx, *t, store.EventAnswer, "refused", failure.Message, failure.Raw)
		default:
			s.schedule(t)
			s.keepAsking(t)
			return s.tellOnce(ctx, tx, *t, store.EventRequest, "page_not_made", trace(callErr))
		}
	})
	if err != nil {
		return fmt.Errorf("settle attempt %d: %w", attemptID, err)
	}
	if isRefused {
		return refusal(failure)
	}
	return nil
}

// passes reports whether a refusal speaks of the keys or the moment, and not
// of what was asked.
func passes(failure *campay.Error) bool {
	switch failure.HTTPStatus {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return true
	}
	return false
}

func (s *Service) replaceAttempt(ctx context.Context, tx *store.Tx, link store.PaymentLink, t *store.Transaction, failure *campay.Error) error {
	s.refuse(t, failure)
	if err := s.tell(ctx, tx, *t, store.EventAnswer, "replaced", failure.Message, failure.Raw); err != nil {
		return err
	}
	next, err := s.writeAttempt(ctx, tx, link, NewOperation())
	if err != nil {
		return err
	}
	next.PollAt = s.now()
	return tx.UpdateTransaction(ctx, next)
}

func (s *Service) pageRequest(link store.PaymentLink, attempt store.Transaction) campay.PaymentLinkRequest {
	back := s.returnURL(link.Slug)
	request := campay.PaymentLinkRequest{
		Amount: campay.XAF(attempt.Asked), From: campay.Phone(link.Phone),
		Description: described(attempt), FirstName: link.FirstName, LastName: link.LastName, Email: link.Email,
		ExternalReference: attempt.ExternalReference,
		RedirectURL:       link.RedirectURL, FailureRedirectURL: link.FailureRedirectURL,
		PaymentOptions: campay.PaymentOptions(link.PaymentOptions), PayerCanPayMore: link.MayPayMore,
	}
	if request.RedirectURL == "" {
		request.RedirectURL = back
	}
	if request.FailureRedirectURL == "" {
		request.FailureRedirectURL = back
	}
	return request
}

// described is the description as CamPay gets it: with the operation's code,
// by which a row of its history is recognised.
func described(t store.Transaction) string {
	return strings.TrimSpace(t.Description + " #" + t.OperationCode)
}
