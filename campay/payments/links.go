package payments

// Payment links: making one, and the attempts to pay it.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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
		refused = s.askForPage(ctx, attempt.ID)
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
		if !errors.Is(err, store.ErrNotFound) {
			if err == nil && attempt.LinkID == 0 {
				return store.ErrDuplicate // another kind of operation has this id
			}
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
		attempt, err = s.writeAttempt(ctx, tx, link, order.Operation)
		return err
	})
	return attempt, isNew, err
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
	code, err := s.token(8)
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

// askForPage asks CamPay for the hosted page of a link attempt and writes its
// answer down. It returns CamPay's refusal, and no error for an answer that
// is still to come.
func (s *Service) askForPage(ctx context.Context, attemptID int64) error {
	ctx, cancel := onItsOwn(ctx)
	defer cancel()
	attempt, err := s.store.Transaction(ctx, attemptID)
	if err != nil {
		return fmt.Errorf("read attempt %d: %w", attemptID, err)
	}
	link, err := s.store.Link(ctx, attempt.LinkID)
	if err != nil {
		return fmt.Errorf("read link %d: %w", attempt.LinkID, err)
	}
	page, callErr := s.campay.PaymentLink(ctx, s.pageRequest(link.PaymentLink, attempt))
	var failure *campay.Error
	isRefused := errors.As(callErr, &failure) && failure.Effect == campay.Refused

	err = s.change(ctx, attemptID, func(tx *store.Tx, t *store.Transaction) error {
		if t.Status != store.StatusUnsent {
			return nil // settled meanwhile, by a webhook say
		}
		switch {
		case callErr == nil:
			t.Status, t.Reference, t.PaymentURL, t.SentAt = store.StatusWaiting, page.Reference, page.URL, s.now()
			s.schedule(t)
			return s.tell(ctx, tx, *t, store.EventAnswer, "page_made", "", page.Raw)
		case isRefused && failure.Code == "" && t.PollCount > 0:
			// An earlier request was lost and may hold this external reference.
			// Nobody has its page, so nobody can pay it: begin anew.
			return s.replaceAttempt(ctx, tx, link.PaymentLink, t, failure)
		case isRefused:
			s.refuse(t, failure)
			return s.tell(ctx, tx, *t, store.EventAnswer, "refused", failure.Message, failure.Raw)
		default:
			s.schedule(t)
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

// refuse ends a transaction that CamPay did not take: no money has moved.
func (s *Service) refuse(t *store.Transaction, failure *campay.Error) {
	t.Status, t.ErrorCode, t.Reason = store.StatusFailed, failure.Code, failure.Message
	t.SettledAt, t.PollAt = s.now(), time.Time{}
}
