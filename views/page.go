package views

// What every screen shows around its own content, and what every form needs.

import (
	"context"
	"time"

	"comptoir/store"
)

// Page is what a screen shows around its own content.
type Page struct {
	Shop    string     // the shop's name
	User    store.User // who is signed in; zero for nobody
	Path    string     // path and query of this page, to come back to it in another language
	Sandbox bool       // no real money: every page says so
	Phone   string     // where the embedded sandbox has the payer's phone; empty without one
	Flash   Flash      // what the last action did; empty for nothing
	Now     time.Time
}

func (p Page) signedIn() bool { return p.User.ID != 0 }

// seesBalance reports whether this person may see what the shop owns and what
// CamPay sends: everybody but a cashier.
func (p Page) seesBalance() bool { return p.User.Role != store.RoleCashier }

// takesPayment reports whether this person may ask customers for money.
func (p Page) takesPayment() bool { return p.User.Role != store.RoleAccountant }

// owns reports whether this person may do everything.
func (p Page) owns() bool { return p.User.Role == store.RoleOwner }

// screen is what a screen tells the layout of itself.
type screen struct {
	Title string
	Area  area
	Waits bool // something is about to change: without JavaScript the page asks again by itself
}

// area is a place of the navigation.
type area string

const (
	areaNone         area = ""
	areaHome         area = "home"
	areaRequest      area = "request"
	areaLinks        area = "links"
	areaTransactions area = "transactions"
	areaWebhooks     area = "webhooks"
)

// Flash is what the last action did, said once on the next page.
type Flash string

// The flashes; empty says nothing.
const (
	FlashLinkMade    Flash = "link_made"
	FlashRequestSent Flash = "request_sent"
	FlashAsked       Flash = "asked"       // CamPay was asked and the book is up to date
	FlashUnreachable Flash = "unreachable" // CamPay was asked and did not answer
	FlashAppliedNow  Flash = "applied_now" // a delivery was processed again
)

// tone of a flash: bad news must not look like good news.
func (f Flash) tone() tone {
	switch f {
	case FlashUnreachable:
		return toneWarn
	default:
		return toneGood
	}
}

// FieldError is what is wrong with one field of a form.
type FieldError struct {
	Problem Problem
	Detail  string // what the message's {{.Detail}} stands for: a limit, CamPay's own words
}

// Errors are what is wrong with a form, by field name; WholeForm for what
// concerns no single field.
type Errors map[string]FieldError

// WholeForm is the name under which Errors holds what concerns no field.
const WholeForm = ""

// Problem is what can be wrong with a field, as the last part of a locale key.
type Problem string

// The problems of fields and forms. Those marked take a Detail.
const (
	ProblemAmountMissing  Problem = "amount_missing"
	ProblemAmountLetters  Problem = "amount_letters"
	ProblemAmountDecimals Problem = "amount_decimals"
	ProblemAmountSign     Problem = "amount_sign"
	ProblemAmountZero     Problem = "amount_zero"
	ProblemAmountLarge    Problem = "amount_large" // Detail: the largest amount, as text
	ProblemPhoneMissing   Problem = "phone_missing"
	ProblemPhone          Problem = "phone"
	ProblemPhoneCarrier   Problem = "phone_carrier"
	ProblemTextMissing    Problem = "text_missing"
	ProblemTextLong       Problem = "text_long" // Detail: the most characters
	ProblemEmail          Problem = "email"
	ProblemURL            Problem = "url"
	ProblemChoice         Problem = "choice"
	ProblemNameMissing    Problem = "name_missing"
	ProblemSecretMissing  Problem = "secret_missing"
	ProblemSignIn         Problem = "sign_in"      // name and password do not belong together
	ProblemRefused        Problem = "refused"      // Detail: CamPay's own words; nothing moved
	ProblemUnreachable    Problem = "unreachable"  // surely not sent; nothing moved
	ProblemUsed           Problem = "form_used"    // the form was sent before, with other contents
	ProblemExpired        Problem = "form_expired" // the form's operation id is no longer good
)

// text is the problem in the reader's language.
func (e FieldError) text(ctx context.Context) string {
	return T(ctx, "problem."+string(e.Problem), "Detail", e.Detail)
}
