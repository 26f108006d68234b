package till

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
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

const (
	claimReach  = 7 * 24 * time.Hour // how far back a payment is looked for
	mostClaimed = 5                  // payments that one answer shows
	mostAsked   = 3                  // of them, how many CamPay is asked about
)

// ClaimLimit is how often one person's claims may ask CamPay.
var ClaimLimit = access.Limit{Free: 10, Longest: 30 * time.Second}

func (s *Screens) ClaimForm(c echo.Context) error {
	return s.showClaim(c, http.StatusOK, views.ClaimProps{})
}

func (s *Screens) showClaim(c echo.Context, status int, props views.ClaimProps) error {
	props.Now = s.Now()
	return s.showTill(c, status, func(p views.Page) templ.Component { return views.ClaimPage(p, props) })
}

// readClaim is what a form tells of a payment, the message and the fields
// together.
func (s *Screens) readClaim(c echo.Context) (views.ClaimProps, payments.Claim, *web.Form) {
	props := views.ClaimProps{Said: web.Typed(c, "said"), Phone: web.Typed(c, "phone"), Amount: web.Typed(c, "amount")}
	f := s.NewForm(c)
	f.AtMost("said", props.Said, views.MaxClaim)
	claim := payments.ParseClaim(props.Said)
	if props.Phone != "" {
		phone, err := payments.ParsePhone(props.Phone)
		f.Typed("phone", err)
		claim.Phones = append(claim.Phones, phone)
	}
	if props.Amount != "" {
		amount, err := payments.ParseItems(props.Amount)
		f.Typed("amount", err)
		claim.Amounts = append(claim.Amounts, amount)
	}
	if f.OK() && claim.Empty() {
		f.Wrong("said", views.ProblemClaim, "")
	}
	props.Errors = f.Errors
	return props, claim, f
}

func (s *Screens) CheckClaim(c echo.Context) error {
	props, claim, f := s.readClaim(c)
	if !f.OK() {
		return s.showClaim(c, http.StatusUnprocessableEntity, props)
	}
	since := s.Now().Add(-claimReach)
	if today := s.VisibleSince(c); today.After(since) {
		since = today
	}
	found, err := s.Store.Claimed(f.Ctx, store.ClaimFilter{
		References: claim.References, Phones: claim.Phones, Amounts: claim.Amounts, Since: since, Limit: mostClaimed,
	})
	if err != nil {
		return err
	}
	props.Answered, props.Amounts = true, claim.Amounts
	if props.Found, props.Unasked, err = s.askAboutClaimed(f.Ctx, web.User(c), found); err != nil {
		return err
	}
	return s.showClaim(c, http.StatusOK, props)
}

// askAboutClaimed asks CamPay once about those that have not ended, and tells
// whether one of them could not be asked about.
func (s *Screens) askAboutClaimed(ctx context.Context, by store.User, found []store.Transaction) (now []store.Transaction, unasked bool, err error) {
	asked := 0
	for _, t := range found {
		if !t.Status.Final() {
			asked++
			answered := false
			if asked <= mostAsked && s.Guesses.Take(s.Now(), access.Guess{Kind: "claim", Of: strconv.FormatInt(by.ID, 10), Limit: ClaimLimit}) == 0 {
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
