package views

// Where the till's sales are and what they are called.

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"comptoir/store"
)

// MaxItems bounds an amount of several items, in characters.
const MaxItems = 120

// UntitledSale is what a customer reads of a sale without a label.
func UntitledSale(ctx context.Context) string { return T(ctx, "sale.untitled") }

// path leads to a screen of the till with what is known of a sale.
func (f CheckoutForm) path(screen string) templ.SafeURL {
	query := url.Values{"amount": {f.Amount}}
	if f.Phone != "" {
		query.Set("phone", f.Phone)
	}
	if f.Description != "" {
		query.Set("description", f.Description)
	}
	if f.Instead != "" {
		query.Set("instead", f.Instead)
	}
	return templ.URL(screen + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")) // a "+" in an address is read as one
}

// tileWho tells a tile from those of the same amount: its number, then its label or
// the last digits of its phone.
func tileWho(ctx context.Context, sale store.Sale) string {
	number := T(ctx, "sale.no", "Number", sale.Number)
	switch {
	case sale.Description != "" && !isUntitled(sale.Description):
		return number + " · " + sale.Description
	case sale.Phone != "":
		return number + " · …" + string(sale.Phone[max(0, len(sale.Phone)-4):])
	default:
		return number
	}
}

// isUntitled reports whether a label is the one that stands where there was none.
func isUntitled(label string) bool {
	return label == UntitledSale(WithLocale(context.Background(), French)) || label == UntitledSale(WithLocale(context.Background(), English))
}

// salePath is the screen of a sale: that of its code, whoever pays it, or of the
// prompt.
func salePath(sale store.Sale) templ.SafeURL {
	if sale.Link == store.LinkOnce {
		return templ.URL("/checkout/qr/" + strconv.FormatInt(sale.LinkID, 10))
	}
	return templ.URL("/checkout/phone/" + strconv.FormatInt(sale.ID, 10))
}
