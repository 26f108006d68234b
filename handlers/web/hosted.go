package web

// CamPay's own page of a link.

import (
	"comptoir/store"
)

// HasPage reports whether CamPay has a page of the link itself; any other
// begins with its customer's amount, on our page.
func HasPage(l store.LinkWithState) bool { return l.Kind == store.LinkOnce && l.Amount > 0 }

// HostedPage is CamPay's page of a link: that of the newest attempt that has one.
func HostedPage(attempts []store.Transaction) string {
	for _, t := range attempts {
		if t.PaymentURL != "" {
			return t.PaymentURL
		}
	}
	return ""
}
