package views_test

// The screens of the till.

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"comptoir/campay/money"
	"comptoir/store"
	"comptoir/views"
)

var mark = views.DayMark{Word: "mangue", Other: "mango", Colour: "orange"}

func checkoutScreens() map[string]templ.Component {
	form := views.CheckoutForm{OperationID: "44444444-4444-4444-8444-444444444444", Amount: "500+250", Phone: "6 77 12 34 56", Description: "Pagne"}
	wrong := form
	wrong.Amount, wrong.Errors = "500+x", views.Errors{"amount": {Problem: views.ProblemAmountLetters}, "description": {Problem: views.ProblemTextLong, Detail: "120"}}
	noPhone := form
	noPhone.Phone, noPhone.Errors = "", views.Errors{"phone": {Problem: "phone_missing"}}
	refused := form
	refused.Errors = views.Errors{views.WholeForm: {Problem: "refused", Detail: "Maximum amount is 25.00 XAF"}, "phone": {Problem: views.ProblemPhoneCarrier}}
	found := []store.Transaction{push(), with(push(), paid), waitingLink().Newest}
	sales := []store.Sale{{Transaction: found[0]}, {Transaction: found[1], Link: store.LinkCounter}, {Transaction: found[2], Link: store.LinkOnce}}
	all := map[string]templ.Component{
		"checkout":              views.CheckoutPage(page("/checkout"), views.CheckoutProps{Form: views.CheckoutForm{OperationID: form.OperationID}, Amounts: []money.XAF{50_000, 1_250_000}, Mark: mark, Sales: sales}),
		"checkout-empty":        views.CheckoutPage(page("/checkout"), views.CheckoutProps{Form: form, Mark: mark}),
		"checkout-wrong":        views.CheckoutPage(page("/checkout"), views.CheckoutProps{Form: wrong, Mark: mark}),
		"checkout-number":       views.PhoneSalePage(page("/checkout/phone"), views.PhoneSaleProps{Form: form, Total: 75_000, Payers: []money.Phone{"237677123456"}, Sales: sales, Now: now}),
		"checkout-again":        views.PhoneSalePage(page("/checkout/phone"), views.PhoneSaleProps{Form: form, Total: 75_000, Again: push(), Now: now}),
		"checkout-refused":      views.PhoneSalePage(page("/checkout/phone"), views.PhoneSaleProps{Form: refused, Total: 75_000, Now: now}),
		"checkout-wrong-number": views.PhoneSalePage(page("/checkout/phone"), views.PhoneSaleProps{Form: noPhone, Total: 75_000, Now: now}),
	}
	all["claim"] = views.ClaimPage(page("/checkout/claim"), views.ClaimProps{Now: now})
	all["claim-wrong"] = views.ClaimPage(page("/checkout/claim"), views.ClaimProps{Said: "<b>", Errors: views.Errors{"said": {Problem: views.ProblemClaim}, "amount": {Problem: views.ProblemAmountLetters}}, Now: now})
	all["claim-none"] = views.ClaimPage(page("/checkout/claim"), views.ClaimProps{Said: "MP26.1", Answered: true, Now: now})
	all["claim-found"] = views.ClaimPage(page("/checkout/claim"), views.ClaimProps{Answered: true, Found: found, Amounts: []money.XAF{7}, Unasked: true, Now: now})
	for i, t := range transactions() {
		if t.Kind != store.KindCollect {
			continue
		}
		name := string(rune('a' + i))
		all["sale-phone-"+name] = views.SalePage(page("/checkout/phone/7"), views.SaleProps{Transaction: t, Mark: mark, Now: now}, sales)
		l := link(t)
		all["sale-qr-"+name] = views.SalePage(page("/checkout/qr/3"), views.SaleProps{Transaction: l.Newest, Link: views.LinkProps{Link: l, QR: qr(), Now: now}, Mark: mark, Now: now}, nil)
	}
	return all
}

func TestSale_SaysPaidAndShowsTheMarkOfTheDay_OfAProvedPaymentAlone(t *testing.T) {
	for _, sale := range transactions() {
		if sale.Kind != store.KindCollect {
			continue
		}
		root := tree(french, t, views.Sale(views.SaleProps{Transaction: sale, Mark: mark, Now: now}))
		paid := len(elements(root, func(n *html.Node) bool { return has(n, "data-paid") })) > 0
		said := len(elements(root, func(n *html.Node) bool { return attr(n, "data-say") != "" })) > 0
		marked := len(elements(root, func(n *html.Node) bool { return hasClass(n, "daymark") })) > 0
		if proved := sale.PaidInFull(); paid != proved || said != proved || marked != proved {
			t.Errorf("%s %v: paid %v, said %v, marked %v", sale.Status, sale.Flags, paid, said, marked)
		}
	}
}

func TestSale_OffersAnotherTry_AfterAFinalFailureAlone(t *testing.T) {
	for _, sale := range transactions() {
		if sale.Kind != store.KindCollect || sale.Origin != store.OriginPush {
			continue
		}
		html := markup(french, t, views.Sale(views.SaleProps{Transaction: sale, Mark: mark, Now: now}))
		if offers := strings.Contains(html, "/checkout/phone?"); offers != (sale.Status == store.StatusFailed && len(sale.Flags) == 0) {
			t.Errorf("%s %v offers another try: %v", sale.Status, sale.Flags, offers)
		}
	}
}

func TestSale_ALongWait_IsSaid(t *testing.T) {
	late := func(waited time.Duration) bool {
		sale := with(push(), func(t *store.Transaction) { t.SentAt = now.Add(-waited) })
		root := tree(french, t, views.Sale(views.SaleProps{Transaction: sale, Now: now}))
		return !has(elements(root, func(n *html.Node) bool { return hasClass(n, "late") })[0], "hidden")
	}
	if late(time.Minute) || !late(2*time.Minute) {
		t.Error("the wait is said to be long after a minute, or not after two")
	}
}
