package out

// The owner's rules for money that goes out: changed and thawed with the
// password, frozen at one tap.

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

func (s *Screens) PayoutRules(c echo.Context) error {
	return s.showPayoutRules(c, http.StatusOK, nil)
}

// showPayoutRules shows the rules in force, and in the form what was typed
// where something was.
func (s *Screens) showPayoutRules(c echo.Context, status int, in *views.PayoutRulesForm) error {
	ctx := c.Request().Context()
	rules, err := s.Store.PayoutRules(ctx)
	if err != nil {
		return err
	}
	props := views.PayoutRulesProps{Rules: rules, Form: views.PayoutRulesAsTyped(ctx, rules)}
	if in != nil {
		props.Form = *in
	}
	if props.ChangedBy, err = s.NameOf(ctx, rules.UpdatedBy); err != nil {
		return err
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.PayoutRulesPage(p, props) })
}

func (s *Screens) SetPayoutRules(c echo.Context) error {
	f := s.NewForm(c)
	in := views.PayoutRulesForm{
		MostEach: web.Typed(c, "most_each"), MostDay: web.Typed(c, "most_day"), CountDay: web.Typed(c, "count_day"), AirtimeDay: web.Typed(c, "airtime_day"),
		SavedOnly: c.FormValue("saved_only") == "yes", WaitHours: web.Typed(c, "wait_hours"), FromHour: web.Typed(c, "from_hour"), ToHour: web.Typed(c, "to_hour"),
		ApprovalAbove: web.Typed(c, "approval_above"), Errors: f.Errors,
	}
	rules := payoutRules(f, in)
	if err := s.needsTwoOwners(f, rules); err != nil {
		return err
	}
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showPayoutRules(c, http.StatusUnprocessableEntity, &in)
	}
	err := s.Payments.SetRules(f.Ctx, rules, c.FormValue("seen"), web.User(c).ID)
	if errors.Is(err, payments.ErrRulesChanged) {
		f.Refused(err)
		now, err := s.Store.PayoutRules(f.Ctx)
		if err != nil {
			return err
		}
		in = views.PayoutRulesAsTyped(f.Ctx, now) // what is in force must be seen before it is replaced
		in.Errors = f.Errors
		return s.showPayoutRules(c, http.StatusConflict, &in)
	}
	if err != nil {
		return err
	}
	return s.seePayoutRules(c, views.FlashRulesSaved)
}

// needsTwoOwners refuses a threshold that would hold up all above it: whoever
// asks cannot approve.
func (s *Screens) needsTwoOwners(f *web.Form, rules store.PayoutRules) error {
	if rules.ApprovalAbove == 0 {
		return nil
	}
	owners, err := s.Store.CountOwners(f.Ctx)
	if err == nil && owners < 2 {
		f.Wrong("approval_above", views.ProblemLoneOwner, "")
	}
	return err
}

func (s *Screens) seePayoutRules(c echo.Context, f views.Flash) error {
	if err := s.Flash(c, f); err != nil {
		return err
	}
	return web.See(c, "/payout-rules")
}

// payoutRules reads what was typed, and says what is wrong with it by field.
func payoutRules(f *web.Form, in views.PayoutRulesForm) store.PayoutRules {
	rules := store.PayoutRules{
		MostEach: limit(f, "most_each", in.MostEach), MostDay: limit(f, "most_day", in.MostDay),
		CountDay:   upTo(f, "count_day", in.CountDay, views.MaxCountDay),
		AirtimeDay: limit(f, "airtime_day", in.AirtimeDay), SavedOnly: in.SavedOnly,
		NewRecipientWait: time.Duration(upTo(f, "wait_hours", in.WaitHours, views.MaxWaitHours)) * time.Hour,
		ApprovalAbove:    limit(f, "approval_above", in.ApprovalAbove),
	}
	rules.FromHour, rules.ToHour = hours(f, in)
	return rules
}

// limit is an amount in hundredths that may be left empty: 0, for no limit.
func limit(f *web.Form, name, text string) money.XAF {
	if text == "" {
		return 0
	}
	amount, err := payments.ParseAmount(text)
	f.Typed(name, err)
	return amount
}

// upTo is a whole number from 1 on that may be left empty: 0, for no limit.
func upTo(f *web.Form, name, text string, most int) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		f.Wrong(name, views.ProblemWhole, strconv.Itoa(most))
	}
	return n
}

// hours are the two hours between which money may go out: both, or none for
// any hour.
func hours(f *web.Form, in views.PayoutRulesForm) (from, to int) {
	switch {
	case in.FromHour == "" && in.ToHour == "":
		return 0, 0
	case in.FromHour == "":
		f.Wrong("from_hour", views.ProblemHourPair, "")
	case in.ToHour == "":
		f.Wrong("to_hour", views.ProblemHourPair, "")
	}
	from, isFrom := hour(f, "from_hour", in.FromHour)
	to, isTo := hour(f, "to_hour", in.ToHour)
	from %= views.MaxHour // a day that begins at 24 begins at 0
	if isFrom && isTo && from == to {
		f.Wrong("to_hour", views.ProblemHourSame, "")
	}
	return from, to
}

func hour(f *web.Form, name, text string) (n int, ok bool) {
	n, err := strconv.Atoi(text)
	ok = err == nil && n >= 0 && n <= views.MaxHour
	if !ok && text != "" {
		f.Wrong(name, views.ProblemHour, "")
	}
	return n, ok
}

// Freeze asks for nothing: whoever sees money leave must not look for a
// password first.
func (s *Screens) Freeze(c echo.Context) error {
	if err := s.Payments.Freeze(c.Request().Context(), web.User(c).ID); err != nil {
		return err
	}
	return s.seePayoutRules(c, views.FlashFrozen)
}

func (s *Screens) UnfreezeForm(c echo.Context) error {
	return s.showUnfreeze(c, http.StatusOK, nil)
}

func (s *Screens) showUnfreeze(c echo.Context, status int, wrong views.Errors) error {
	rules, err := s.Store.PayoutRules(c.Request().Context())
	if err != nil {
		return err
	}
	if !rules.Frozen {
		return web.See(c, "/payout-rules") // somebody else was quicker
	}
	return s.Show(c, status, func(p views.Page) templ.Component { return views.UnfreezePage(p, rules.Version(), wrong) })
}

func (s *Screens) Unfreeze(c echo.Context) error {
	f := s.NewForm(c)
	if err := s.PasswordAgain(c, f); err != nil {
		return err
	}
	if !f.OK() {
		return s.showUnfreeze(c, http.StatusUnprocessableEntity, f.Errors)
	}
	err := s.Payments.Unfreeze(f.Ctx, c.FormValue("seen"), web.User(c).ID)
	if errors.Is(err, payments.ErrRulesChanged) {
		f.Refused(err)
		return s.showUnfreeze(c, http.StatusConflict, f.Errors)
	}
	if err != nil {
		return err
	}
	return s.seePayoutRules(c, views.FlashUnfrozen)
}
