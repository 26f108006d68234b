package payments

// Payment links: making one, and the attempts to pay it.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// LinkOrder is a payment link to make. Amounts are in whole francs; the payer's
// data and the redirect URLs may be empty, and each limit zero for none.
type LinkOrder struct {
	Operation          string // from NewOperation; the same one twice is one link
	Kind               store.LinkKind
	Amount             money.XAF // 0 for the customer's own
	Description        string
	FirstName          string
	LastName           string
	Email              string
	Phone              money.Phone
	PaymentOptions     money.PaymentOptions
	MayPayMore         bool
	RedirectURL        string
	FailureRedirectURL string
	MostPayments       int64
	MostMoney          money.XAF
	ExpiresAt          time.Time
	TillID             int64
	AtTill             bool          // a sale at the till, in no list of links
	Instead            store.SaleKey // the sale whose place it takes
	By                 int64         // the user
}

// operationCodeLetters make an operation code of 40 random bits.
const operationCodeLetters = 8

// slugLetters makes a slug of 5 × 20 = 100 random bits.
const slugLetters = 20

// CreateLink writes a link down. One for a single payment of a known amount gets
// its first attempt with it, for which CamPay is asked for its page (POST
// /get_payment_link/); any other begins its attempts as its customers come
// (PayLink). A link that CamPay did not answer for is in the book all the same,
// and is asked for again by itself: making a page moves no money. A
// *RefusedError comes back beside the link when CamPay refused it.
func (s *Collections) CreateLink(ctx context.Context, order LinkOrder) (store.LinkWithState, error) {
	link, attempt, err := s.writeLink(ctx, order)
	if err != nil {
		return store.LinkWithState{}, fmt.Errorf("write the link down: %w", err)
	}
	var refused error
	if attempt.ID != 0 {
		refused = s.askForPage(onItsOwn(ctx), attempt.ID, false)
	}
	now, err := s.store.Link(ctx, link.ID)
	if err != nil {
		return store.LinkWithState{}, fmt.Errorf("read link %d: %w", link.ID, err)
	}
	return now, refused
}

// writeLink makes a link durable, or finds the one that the same operation made
// before. attempt is its first one, where that is new and has a page to ask for.
func (s *Collections) writeLink(ctx context.Context, order LinkOrder) (link store.PaymentLink, attempt store.Transaction, err error) {
	if !IsOperation(order.Operation) {
		return link, attempt, ErrOperation
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, err := tx.LinkByOperation(ctx, order.Operation)
		if err == nil {
			link = before.PaymentLink
			return order.sameAs(link)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		link, attempt, err = s.addLink(ctx, tx, order, "")
		return err
	})
	if err != nil {
		return store.PaymentLink{}, store.Transaction{}, err // what a failed write made is nowhere
	}
	return link, attempt, nil
}

// addLink adds a link with its first attempt, if it has one from the beginning.
func (s *Collections) addLink(ctx context.Context, tx *store.Tx, order LinkOrder, batch string) (link store.PaymentLink, attempt store.Transaction, err error) {
	slug, err := s.token(slugLetters)
	if err != nil {
		return link, attempt, err
	}
	link = order.link()
	link.Slug, link.Batch, link.CreatedAt = strings.ToLower(slug), batch, s.now()
	if link, err = tx.CreateLink(ctx, link); err != nil {
		return link, attempt, err
	}
	if link.Kind == store.LinkOnce && link.Amount > 0 {
		if attempt, err = s.writeAttempt(ctx, tx, link, link.Amount, order.Operation); err != nil {
			return link, attempt, err
		}
	}
	if order.AtTill {
		if err := s.openSale(ctx, tx, store.SaleKey{LinkID: link.ID}, order.Instead, order.By); err != nil {
			return link, attempt, err
		}
	}
	return link, attempt, s.audit(ctx, tx, order.By, act{"link.made", "link", link.ID}, orderedDetail{
		Kind: store.KindCollect, Amount: order.Amount.String(), Phone: order.Phone, Description: order.Description,
	})
}

// link is the order as the book keeps it.
func (order LinkOrder) link() store.PaymentLink {
	return store.PaymentLink{
		Kind: cmp.Or(order.Kind, store.LinkOnce), Amount: order.Amount, Description: order.Description,
		FirstName: order.FirstName, LastName: order.LastName, Email: order.Email, Phone: order.Phone,
		PaymentOptions: order.PaymentOptions, MayPayMore: order.MayPayMore,
		RedirectURL: order.RedirectURL, FailureRedirectURL: order.FailureRedirectURL,
		MostPayments: order.MostPayments, MostMoney: order.MostMoney, ExpiresAt: order.ExpiresAt, TillID: order.TillID, AtTill: order.AtTill,
		Operation: order.Operation, CreatedBy: order.By,
	}
}

// sameAs reports ErrOperationUsed unless a link was made by this order.
func (order LinkOrder) sameAs(made store.PaymentLink) error {
	if wanted := order.link(); wanted.Kind != made.Kind || wanted.Amount != made.Amount || wanted.Description != made.Description ||
		wanted.MayPayMore != made.MayPayMore || wanted.Phone != made.Phone || wanted.CreatedBy != made.CreatedBy {
		return ErrOperationUsed
	}
	return nil
}

// writeAttempt adds an attempt to pay a link on CamPay's page, under a new
// external reference.
func (s *Collections) writeAttempt(ctx context.Context, tx *store.Tx, link store.PaymentLink, amount money.XAF, operation string) (store.Transaction, error) {
	return s.writeDown(ctx, tx, store.Transaction{
		Kind: store.KindCollect, Origin: store.OriginLink, LinkID: link.ID,
		ExternalReference: operation, Asked: amount, MayPayMore: link.MayPayMore,
		Phone: link.Phone, Description: link.Description, CreatedBy: link.CreatedBy,
	})
}

// askForPage asks CamPay for the hosted page of a link attempt, again where an
// earlier request may have been lost, and writes its answer down. It returns
// CamPay's refusal, and no error for an answer that is still to come.
func (s *Collections) askForPage(ctx context.Context, attemptID int64, again bool) error {
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

	isReplaced := false
	err = s.change(ctx, attemptID, func(tx *store.Tx, t *store.Transaction) error {
		if t.Status != store.StatusUnsent {
			return nil // settled meanwhile, by a webhook say
		}
		switch {
		case callErr == nil:
			t.Status, t.PaymentURL, t.SentAt = store.StatusWaiting, page.URL, s.now()
			if page.Reference == "" {
				t.PollAt = time.Time{} // nothing to ask by: a webhook, the way back or the history tells of it
				return s.record(ctx, tx, *t, store.EventAnswer, "page_made", "", page.Raw)
			}
			if err := s.reserve(ctx, tx, t, page.Reference); err != nil {
				return err
			}
			s.schedule(t)
			return s.record(ctx, tx, *t, store.EventAnswer, "page_made", "", page.Raw)
		case isRefused && (campay.IsDuplicate(failure) || again && failure.Code == ""):
			// CamPay has this external reference, of an earlier request that was lost
			// perhaps. Nobody has its page, so nobody can pay it: begin anew.
			var err error
			isReplaced, err = s.replaceAttempt(ctx, tx, link.PaymentLink, t, failure)
			return err
		case isRefused:
			s.refuse(t, failure)
			return s.record(ctx, tx, *t, store.EventAnswer, "refused", failure.Message, failure.Raw)
		default:
			s.schedule(t)
			s.keepAsking(t)
			return s.recordOnce(ctx, tx, *t, store.EventRequest, "page_not_made", trace(callErr))
		}
	})
	if err != nil {
		return fmt.Errorf("settle attempt %d: %w", attemptID, err)
	}
	if isRefused && !isReplaced {
		return refusedOf(failure, false)
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

// mostReplaced is how often a page is asked for anew under another reference: a
// CamPay that refuses them all means something else.
const mostReplaced = 3

// replaceAttempt ends an attempt whose page nobody has and begins another, unless
// that was tried often enough: then the link says what CamPay said.
func (s *Collections) replaceAttempt(ctx context.Context, tx *store.Tx, link store.PaymentLink, t *store.Transaction, failure *campay.Error) (isReplaced bool, err error) {
	s.refuse(t, failure)
	before, err := tx.TransactionsOfLink(ctx, link.ID)
	if err != nil {
		return false, err
	}
	inVain := 0
	for _, other := range before {
		if other.Status == store.StatusFailed && other.PaymentURL == "" && other.Reason == failure.Message {
			inVain++
		}
	}
	if inVain >= mostReplaced {
		return false, s.record(ctx, tx, *t, store.EventAnswer, "refused", failure.Message, failure.Raw)
	}
	if err := s.record(ctx, tx, *t, store.EventAnswer, "replaced", failure.Message, failure.Raw); err != nil {
		return false, err
	}
	next, err := s.writeAttempt(ctx, tx, link, t.Asked, NewOperation())
	if err != nil {
		return false, err
	}
	next.PollAt = s.now()
	return true, tx.UpdateTransaction(ctx, next)
}

func (s *Collections) pageRequest(link store.PaymentLink, attempt store.Transaction) campay.PaymentLinkRequest {
	back := s.returnURL(link.Slug, returnsTo(link, attempt))
	request := campay.PaymentLinkRequest{
		Amount: attempt.Asked, From: link.Phone,
		Description: described(attempt), FirstName: link.FirstName, LastName: link.LastName, Email: link.Email,
		ExternalReference: attempt.ExternalReference,
		RedirectURL:       link.RedirectURL, FailureRedirectURL: link.FailureRedirectURL,
		PaymentOptions: link.PaymentOptions, PayerCanPayMore: link.MayPayMore,
	}
	if request.RedirectURL == "" {
		request.RedirectURL = back
	}
	if request.FailureRedirectURL == "" {
		request.FailureRedirectURL = back
	}
	return request
}

// returnsTo is the attempt that a customer comes back to from CamPay's page:
// his own, where a link has many; empty for the one of the link.
func returnsTo(link store.PaymentLink, attempt store.Transaction) string {
	if link.Operation == attempt.ExternalReference || link.Kind == store.LinkOnce {
		return ""
	}
	return attempt.ExternalReference
}

// described is the description as CamPay gets it: with the operation's code,
// by which a row of its history is recognised.
func described(t store.Transaction) string {
	return strings.TrimSpace(t.Description + " #" + t.OperationCode)
}
