package main

// The first minutes: from the address that the start prints to the first sale,
// in a browser.

import (
	"strings"
	"testing"
)

func TestSetup_FromThePrintedAddressToTheFirstSale(t *testing.T) {
	t.Parallel()
	p, setup := serveUnclaimed(t)
	v := visit(t)
	v.open(setup)
	v.fill("shop", "Boutique Exemple")
	v.fill("name", "Gérance")
	v.fill("password", "une phrase que je retiens")
	v.click("main form.form button[type=submit]")
	v.see("[name=webhook_key]")
	v.click("main .actions a.primary") // the sandbox first
	v.see("#balance")
	v.makeLink(p, "2 500")
	p.pay(t, v.address())
	p.enter(t, "1234")
	v.turnsInto("good")
	v.open(p.url + "/settings")
	if title := v.eval("document.title"); !strings.HasSuffix(title, "Boutique Exemple") {
		t.Errorf("the page is called %q", title)
	}
	v.fill("shop", "Au bon savon")
	v.click("main form.form button[type=submit]")
	v.see(".toast.good")
	if title := v.eval("document.title"); !strings.HasSuffix(title, "Au bon savon") {
		t.Errorf("after the change the page is called %q", title)
	}
}
