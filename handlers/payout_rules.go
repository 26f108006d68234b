package handlers

// The owner's rules for money that goes out: changed and thawed with the
// password, frozen at one tap.

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/store"
	"comptoir/views"
)

func (s *server) payoutRules(c echo.Context) error {
	return s.showPayoutRules(c, http.StatusOK, nil)
}

// showPayoutRules shows the rules in force, and in the form what was typed
// where something was.
func (s *server) showPayoutRules(c echo.Context, status int, in *views.PayoutRulesForm) error {
	ctx := c.Request().Context()
	rules, err := s.Store.PayoutRules(ctx)
	if err != nil {
		return err
	}
	props := views.PayoutRulesProps{Rules: rules, Form: views.PayoutRulesAsTyped(ctx, rules)}
	if in != nil {
		props.Form = *in
	}
	if props.ChangedBy, err = s.nameOf(ctx, rules.UpdatedBy); err != nil {
		return err
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.PayoutRulesPage(p, props) })
}

func (s *server) setPayoutRules(c echo.Context) error {
	f := newForm(c)
	in := views.PayoutRulesForm{
		MostEach: typed(c, "most_each"), MostDay: typed(c, "most_day"), CountDay: typed(c, "count_day"), AirtimeDay: typed(c, "airtime_day"),
		SavedOnly: c.FormValue("saved_only") == "yes", WaitHours: typed(c, "wait_hours"), FromHour: typed(c, "from_hour"), ToHour: typed(c, "to_hour"),
		ApprovalAbove: typed(c, "approval_above"), Errors: f.errors,
	}
	rules := f.payoutRules(in)
	if err := s.needsTwoOwners(f, rules); err != nil {
		return err
	}
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showPayoutRules(c, http.StatusUnprocessableEntity, &in)
	}
	err := s.Payments.SetRules(f.ctx, rules, c.FormValue("seen"), user(c).ID)
	if errors.Is(err, payments.ErrRulesChanged) {
		f.wrong(views.WholeForm, views.ProblemRulesChanged, "")
		now, err := s.Store.PayoutRules(f.ctx)
		if err != nil {
			return err
		}
		in = views.PayoutRulesAsTyped(f.ctx, now) // what is in force must be seen before it is replaced
		in.Errors = f.errors
		return s.showPayoutRules(c, http.StatusConflict, &in)
	}
	if err != nil {
		return err
	}
	return s.seePayoutRules(c, views.FlashRulesSaved)
}

// needsTwoOwners refuses a threshold that would hold up all above it: whoever
// asks cannot approve.
func (s *server) needsTwoOwners(f *form, rules store.PayoutRules) error {
	if rules.ApprovalAbove == 0 {
		return nil
	}
	owners, err := s.Store.CountOwners(f.ctx)
	if err == nil && owners < 2 {
		f.wrong("approval_above", views.ProblemLoneOwner, "")
	}
	return err
}

func (s *server) seePayoutRules(c echo.Context, f views.Flash) error {
	if err := s.flash(c, f); err != nil {
		return err
	}
	return see(c, "/payout-rules")
}

// payoutRules reads what was typed, and says what is wrong with it by field.
func (f *form) payoutRules(in views.PayoutRulesForm) store.PayoutRules {
	rules := store.PayoutRules{
		MostEach: f.limit("most_each", in.MostEach), MostDay: f.limit("most_day", in.MostDay),
		CountDay:   f.upTo("count_day", in.CountDay, views.MaxCountDay),
		AirtimeDay: f.limit("airtime_day", in.AirtimeDay), SavedOnly: in.SavedOnly,
		NewRecipientWait: time.Duration(f.upTo("wait_hours", in.WaitHours, views.MaxWaitHours)) * time.Hour,
		ApprovalAbove:    f.limit("approval_above", in.ApprovalAbove),
	}
	rules.FromHour, rules.ToHour = f.hours(in)
	return rules
}

// limit is an amount in hundredths that may be left empty: 0, for no limit.
func (f *form) limit(name, text string) int64 {
	if text == "" {
		return 0
	}
	amount, err := payments.ParseAmount(text)
	said := form{f.ctx, views.Errors{}}
	if said.amount(err); !said.ok() {
		f.errors[name] = said.errors["amount"]
	}
	return int64(amount)
}

// upTo is a whole number from 1 on that may be left empty: 0, for no limit.
func (f *form) upTo(name, text string, most int) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		f.wrong(name, views.ProblemWhole, strconv.Itoa(most))
	}
	return n
}

// hours are the two hours between which money may go out: both, or none for
// any hour.
func (f *form) hours(in views.PayoutRulesForm) (from, to int) {
	switch {
	case in.FromHour == "" && in.ToHour == "":
		return 0, 0
	case in.FromHour == "":
		f.wrong("from_hour", views.ProblemHourPair, "")
	case in.ToHour == "":
		f.wrong("to_hour", views.ProblemHourPair, "")
	}
	from, isFrom := f.hour("from_hour", in.FromHour)
	to, isTo := f.hour("to_hour", in.ToHour)
	from %= views.MaxHour // a day that begins at 24 begins at 0
	if isFrom && isTo && from == to {
		f.wrong("to_hour", views.ProblemHourSame, "")
	}
	return from, to
}

func (f *form) hour(name, text string) (n int, ok bool) {
	n, err := strconv.Atoi(text)
	ok = err == nil && n >= 0 && n <= views.MaxHour
	if !ok && text != "" {
		f.wrong(name, views.ProblemHour, "")
	}
	return n, ok
}

// freeze asks for nothing: whoever sees money leave must not look for a
// password first.
func (s *server) freeze(c echo.Context) error {
	if err := s.Payments.Freeze(c.Request().Context(), user(c).ID); err != nil {
		return err
	}
	return s.seePayoutRules(c, views.FlashFrozen)
}

func (s *server) unfreezeForm(c echo.Context) error {
	return s.showUnfreeze(c, http.StatusOK, nil)
}

func (s *server) showUnfreeze(c echo.Context, status int, wrong views.Errors) error {
	rules, err := s.Store.PayoutRules(c.Request().Context())
	if err != nil {
		return err
	}
	if !rules.Frozen {
		return see(c, "/payout-rules") // somebody else was quicker
	}
	return s.show(c, status, func(p views.Page) templ.Component { return views.UnfreezePage(p, rules.Version(), wrong) })
}

func (s *server) unfreeze(c echo.Context) error {
	f := newForm(c)
	if err := s.passwordAgain(c, f); err != nil {
		return err
	}
	if !f.ok() {
		return s.showUnfreeze(c, http.StatusUnprocessableEntity, f.errors)
	}
	err := s.Payments.Unfreeze(f.ctx, c.FormValue("seen"), user(c).ID)
	if errors.Is(err, payments.ErrRulesChanged) {
		f.wrong(views.WholeForm, views.ProblemRulesChanged, "")
		return s.showUnfreeze(c, http.StatusConflict, f.errors)
	}
	if err != nil {
		return err
	}
	return s.seePayoutRules(c, views.FlashUnfrozen)
}
