package sandbox

// The hosted payment page: a form, a wait for the PIN, and the way back to the
// shop.

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"comptoir/campay"
	"comptoir/campay/money"
)

// payForm is the page on which a payer gives a number.
type payForm struct {
	Link    link
	App     string
	Paid    int // how often the link was paid before
	Phone   string
	Amount  string
	Problem string // a message's name; empty: none
}

// CardOnly reports that the link offers no mobile money.
func (f payForm) CardOnly() bool { return f.Link.Options == money.Card }

// paying is the page of one try, as it stands.
type paying struct {
	Link  link
	App   string
	Entry Entry
}

func (p paying) refresh() int {
	if p.Entry.Status == campay.Pending {
		return 2
	}
	return 0
}

// USSD is what the payer dials if no prompt came.
func (p paying) USSD() string { return p.Entry.Operator.USSD() }

func (s *Sandbox) showPay(w http.ResponseWriter, r *http.Request) {
	l, tries, ok := s.linkByID(r.PathValue("id"))
	if !ok {
		s.show(w, r, http.StatusNotFound, "gone.html", nil)
		return
	}
	w.Header().Set("Content-Security-Policy", policy(l.shopOrigins()...))
	i := slices.IndexFunc(tries, func(e Entry) bool { return e.Reference == r.URL.Query().Get("try") })
	if i < 0 {
		form := payForm{Link: l, App: s.cfg.appName(), Paid: paid(tries), Amount: l.Amount.String()}
		if l.Phone != "" {
			form.Phone = screen{}.Number(l.Phone)
		}
		s.show(w, r, http.StatusOK, "pay.html", form)
		return
	}
	if back := backToShop(l, tries[i]); back != "" {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return
	}
	s.show(w, r, http.StatusOK, "paying.html", paying{Link: l, App: s.cfg.appName(), Entry: tries[i]})
}

func (s *Sandbox) takePay(w http.ResponseWriter, r *http.Request) {
	l, tries, ok := s.linkByID(r.PathValue("id"))
	if !ok {
		s.show(w, r, http.StatusNotFound, "gone.html", nil)
		return
	}
	w.Header().Set("Content-Security-Policy", policy(l.shopOrigins()...))
	form := payForm{
		Link: l, App: s.cfg.appName(), Paid: paid(tries),
		Phone: r.PostFormValue("phone"), Amount: r.PostFormValue("amount"),
	}
	prompt, err := s.payTyped(l, form.Phone, form.Amount)
	if err != nil {
		form.Problem = problemOf(err)
		s.show(w, r, http.StatusUnprocessableEntity, "pay.html", form)
		return
	}
	http.Redirect(w, r, s.prefix+"/pay/"+l.ID+"?try="+url.QueryEscape(prompt.Reference), http.StatusSeeOther)
}

// payTyped pays with what a person typed. The amount counts only where the
// payer may choose it.
func (s *Sandbox) payTyped(l link, phone, amount string) (Prompt, error) {
	number, err := money.ParsePhone(phone)
	if err != nil {
		return Prompt{}, err
	}
	asked := l.Amount
	if l.PayerCanPayMore {
		digits := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(amount)
		if asked, err = readAmount(plain(digits)); err != nil {
			return Prompt{}, err
		}
	}
	return s.Pay(l.Reference, number, asked)
}

// problemOf names the message that tells a payer what was wrong.
func problemOf(err error) string {
	var refusal *Refusal
	switch {
	case errors.Is(err, money.ErrPhone):
		return "pay.problem.phone"
	case errors.As(err, &refusal) && refusal.Code == campay.CodeCarrier:
		return "pay.problem.carrier"
	case errors.As(err, &refusal) && refusal.Code == campay.CodeAmount:
		return "pay.problem.amount"
	}
	return "pay.problem.other"
}

// linkByID returns a link and the tries to pay on it, oldest first.
func (s *Sandbox) linkByID(id string) (found link, tries []Entry, ok bool) {
	s.look(func(st *state) {
		tries = nil
		i := slices.IndexFunc(st.Links, func(l *link) bool { return l.ID == id })
		if ok = i >= 0; !ok {
			return
		}
		found = *st.Links[i]
		for _, e := range st.Entries {
			if e.LinkReference == found.Reference {
				tries = append(tries, *e)
			}
		}
	})
	return found, tries, ok
}

func paid(tries []Entry) int {
	n := 0
	for _, e := range tries {
		if e.Status == campay.Successful {
			n++
		}
	}
	return n
}

// shopOrigins are where a try may send the payer, as a policy names them.
func (l link) shopOrigins() []string {
	var origins []string
	for _, target := range []string{l.RedirectURL, l.FailureRedirectURL} {
		if u, err := url.Parse(target); err == nil && u.Host != "" {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	return origins
}

// backToShop is where the payer goes when a try has ended, with what CamPay
// says of it in the query; empty: the shop gave no address for this end. Which
// parameters the real CamPay adds is not documented.
func backToShop(l link, e Entry) string {
	target := ""
	switch e.Status {
	case campay.Successful:
		target = l.RedirectURL
	case campay.Failed:
		target = l.FailureRedirectURL
	}
	if target == "" {
		return ""
	}
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	query := u.Query()
	for name, value := range map[string]string{
		"status":             string(e.Status),
		"reference":          e.Reference,
		"external_reference": e.ExternalReference,
		"amount":             e.Amount.String(),
		"currency":           e.Currency,
		"operator":           string(e.Operator),
		"code":               e.Code,
		"operator_reference": e.OperatorReference,
		"reason":             orElse(e.Reason.text(), absent),
	} {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
