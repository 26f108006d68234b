package handlers

// "I have paid already": what a customer shows is looked up in the book, and
// CamPay is asked where the book does not know the end yet. Nothing here marks
// anything paid.

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

const (
	claimReach  = 7 * 24 * time.Hour // how far back a payment is looked for
	mostClaimed = 5                  // payments that one answer shows
	mostAsked   = 3                  // of them, how many CamPay is asked about
)

// claimLimit is how often one person's claims may ask CamPay.
var claimLimit = access.Limit{Free: 10, Longest: 30 * time.Second}

func (s *server) claimForm(c echo.Context) error {
	return s.showClaim(c, http.StatusOK, views.ClaimProps{})
}

func (s *server) showClaim(c echo.Context, status int, props views.ClaimProps) error {
	props.Now = s.Now()
	return s.showTill(c, status, func(p views.Page) templ.Component { return views.ClaimPage(p, props) })
}

// readClaim is what a form tells of a payment, the message and the fields
// together.
func readClaim(c echo.Context) (views.ClaimProps, payments.Claim, *form) {
	props := views.ClaimProps{Said: typed(c, "said"), Phone: typed(c, "phone"), Amount: typed(c, "amount")}
	f := newForm(c)
	f.atMost("said", props.Said, views.MaxClaim)
	claim := payments.ParseClaim(props.Said)
	if props.Phone != "" {
		phone, err := payments.ParsePhone(props.Phone)
		f.phone(err)
		claim.Phones = append(claim.Phones, phone)
	}
	if props.Amount != "" {
		amount, err := payments.ParseItems(props.Amount)
		f.amount(err)
		claim.Amounts = append(claim.Amounts, amount)
	}
	if f.ok() && claim.Empty() {
		f.wrong("said", views.ProblemClaim, "")
	}
	props.Errors = f.errors
	return props, claim, f
}

func (s *server) checkClaim(c echo.Context) error {
	props, claim, f := readClaim(c)
	if !f.ok() {
		return s.showClaim(c, http.StatusUnprocessableEntity, props)
	}
	since := s.Now().Add(-claimReach)
	if today := s.seesSince(c); today.After(since) {
		since = today
	}
	wanted := store.ClaimFilter{References: claim.References, Since: since, Limit: mostClaimed}
	for _, phone := range claim.Phones {
		wanted.Phones = append(wanted.Phones, string(phone))
	}
	for _, amount := range claim.Amounts {
		wanted.Amounts = append(wanted.Amounts, int64(amount))
	}
	found, err := s.Store.Claimed(f.ctx, wanted)
	if err != nil {
		return err
	}
	props.Answered, props.Amounts = true, wanted.Amounts
	if props.Found, props.Unasked, err = s.askAboutClaimed(f.ctx, user(c), found); err != nil {
		return err
	}
	return s.showClaim(c, http.StatusOK, props)
}

// askAboutClaimed asks CamPay once about those that have not ended, and tells
// whether one of them could not be asked about.
func (s *server) askAboutClaimed(ctx context.Context, by store.User, found []store.Transaction) (now []store.Transaction, unasked bool, err error) {
	asked := 0
	for _, t := range found {
		if !t.Status.Final() {
			asked++
			answered := false
			if asked <= mostAsked && s.Guesses.Take(s.Now(), access.Guess{Kind: "claim", Of: strconv.FormatInt(by.ID, 10), Limit: claimLimit}) == 0 {
				if answered, err = s.Payments.Ask(ctx, t.ID); err != nil {
					return nil, false, err
				}
			}
			unasked = unasked || !answered
			if t, err = s.Store.Transaction(ctx, t.ID); err != nil {
				return nil, false, err
			}
		}
		now = append(now, t)
	}
	return now, unasked, nil
}
