package views

// What the customer's page says and asks for, by its state.

import (
	"context"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"comptoir/store"
)

func payPath(props CustomerProps) string {
	path := "/p/" + props.Link.Slug
	if props.Own {
		path += "/" + props.Payment.ExternalReference
	}
	return path
}

// sheets are the styles of the page; those of the day are for a paid one, and for
// one that may become it without being loaded anew.
func (props CustomerProps) sheets(s customerState) []string {
	if s == customerPaid || s.waits() {
		return []string{"pay.css", "daymark.css"}
	}
	return []string{"pay.css"}
}

// reopens reports whether the same customer may pay the same link once more.
func (s customerState) reopens(props CustomerProps) bool {
	return props.Own && s == customerPaid && props.Link.Kind != store.LinkOnce && props.Stop == store.LinkOpen
}

func (props CustomerProps) shownCurrency() string {
	if props.Payment.Status == store.StatusSuccessful {
		return shownCurrency(props.Payment)
	}
	return ""
}

// namesShop reports whether the shop's name is the heading: a code on a counter
// may have been stuck over another's, and there is no amount to go by.
func (props CustomerProps) namesShop(s customerState) bool {
	return s == customerReady && props.asked() == 0
}

func (props CustomerProps) title(ctx context.Context, s customerState, shop string) string {
	if props.namesShop(s) {
		return T(ctx, "customer.pay_shop", "Shop", shop)
	}
	return T(ctx, "customer.title."+string(s))
}

func (props CustomerProps) text(ctx context.Context, s customerState, shop string) string {
	if s == customerFailed && props.pageStaysOpen() {
		return T(ctx, "customer.failed_open")
	}
	return T(ctx, "customer.text."+string(s), "Shop", shop, "Phone", MaskedPhone(props.Payment.Phone))
}

// payForm asks for what is missing: how much, where the customer says it, and
// his number.
// fields are those that the customer types in.
func (props CustomerProps) fields() (names []string) {
	if props.typesAmount() {
		names = append(names, "amount")
	}
	if props.takesPhones() {
		names = append(names, "phone")
	}
	return names
}

func (props CustomerProps) payLabel(ctx context.Context) string {
	if props.typesAmount() {
		return T(ctx, "customer.pay")
	}
	return T(ctx, "customer.pay_amount", "Amount", Francs(ctx, props.Link.Amount))
}

func (props CustomerProps) amountLabel() string {
	if props.Link.Amount == 0 {
		return "field.own_amount"
	}
	return "field.own_amount_more"
}

// ussdURL dials a code: its # means something else in an address, and phones
// want its * as it is.
func ussdURL(code string) templ.SafeURL {
	return templ.SafeURL("tel:" + strings.ReplaceAll(url.PathEscape(code), "%2A", "*"))
}
