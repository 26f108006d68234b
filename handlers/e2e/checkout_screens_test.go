package e2e

// The pictures of the till.

import "testing"

func TestScreens_OfTheTill(t *testing.T) {
	t.Parallel()
	p := show(t, t.TempDir(), "--shop", "Boutique Exemple")
	v := merchant(t, p)
	v.allowRefusals()
	v.pictures(p, []screen{{"checkout-empty", at("/checkout")}})

	v.askAtTheTill(p, "1200", "699 12 34 56")
	v.see(".counter .status.wait")
	paid := v.path()
	p.enter(t, "1234")
	v.see(".counter .status.good")
	v.askAtTheTill(p, "900", "677 12 34 56")
	v.see(".counter .status.wait")
	refused := v.path()
	answer(t, p, "", "refuse")
	v.see(".counter .status.bad")
	v.askAtTheTill(p, "12 500", "650 11 22 33")
	v.see(".counter .status.wait")
	waits := v.path()
	v.open(p.url + "/checkout")
	v.fill("amount", "2500")
	v.click("[data-till] button[type=submit]")
	v.see(".counter .qr")
	code := v.path()
	p.fault(t, `{"kind":"cut_before","endpoint":"collect","times":-1}`)
	v.askAtTheTill(p, "4000", "677 12 34 56")
	v.see(".counter .status.warn")
	doubtful := v.path()

	v.pictures(p, []screen{
		{"checkout", at("/checkout?amount=500%2B250")},
		{"checkout-errors", func(v *visitor, p shop) {
			v.open(p.url + "/checkout?amount=25,5")
			v.click("[data-till] button[type=submit]")
			v.see(".summary, .field-error")
		}},
		{"checkout-number", at("/checkout/phone?amount=2500")},
		{"checkout-again", func(v *visitor, p shop) {
			v.askAtTheTill(p, "12500", "650 11 22 33")
			v.see("[data-number] .notice.warn")
		}},
		{"claim", at("/checkout/claim")}, {"claim-found", filled("/checkout/claim", "main .notice", []string{"said", "12 500 FCFA, 650112233"})},
		{"claim-none", filled("/checkout/claim", "main .notice", []string{"said", "MP260304.1207.A12345"})},
		{"sale-qr", at(code)}, {"sale-waiting", at(waits)}, {"sale-paid", at(paid)},
		{"sale-refused", at(refused)}, {"sale-in-doubt", at(doubtful)},
	})
}
