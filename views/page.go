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

	Settings    bool   // the shop and its keys are set here
	Passkeys    string // the address at which there can be passkeys; empty for none
	Till        bool   // the device is one on which cashiers take turns
	KeysRefused bool   // CamPay does not take the shop's keys
	Approvals   int    // payouts that wait for a second owner; an owner alone is told
}

func (p Page) signedIn() bool { return p.User.ID != 0 }

// seesBalance reports whether this person may see what the shop owns and what
// CamPay sends: everybody but a cashier.
func (p Page) seesBalance() bool { return p.User.Role.ReadsAll() }

// takesPayment reports whether this person may ask customers for money.
func (p Page) takesPayment() bool { return p.User.Role.TakesPayments() }

// owns reports whether this person may do everything.
func (p Page) owns() bool { return p.User.Role.Owns() }

// screen is what a screen tells the layout of itself.
type screen struct {
	Title    string
	Area     area
	Passkeys bool     // it has buttons that speak to an authenticator
	Checkout bool     // it is a screen of the till, with styles, scripts and sounds of its own
	Sheets   []string // beside app.css
	Waits    bool     // something is about to change: without JavaScript the page asks again by itself
}

// area is a place of the navigation.
type area string

const (
	areaNone           area = ""
	areaHome           area = "home"
	areaCheckout       area = "checkout"
	areaLinks          area = "links"
	areaTransactions   area = "transactions"
	areaWithdraw       area = "withdraw"
	areaAirtime        area = "airtime"
	areaApprovals      area = "approvals"
	areaRecipients     area = "recipients"
	areaSettings       area = "settings"
	areaAudit          area = "audit"
	areaTeam           area = "team"
	areaAccount        area = "account"
	areaPayoutRules    area = "payout_rules"
	areaReconciliation area = "reconciliation"
	areaWebhooks       area = "webhooks"
)

// isSecondary reports whether a place stands under "more" on a phone.
func (a area) isSecondary() bool {
	switch a {
	case areaNone, areaHome, areaCheckout, areaLinks, areaTransactions:
		return false
	default:
		return true
	}
}

// Flash is what the last action did, said once on the next page.
type Flash string

// The flashes; empty says nothing.
const (
	FlashLinkMade Flash = "link_made"

	FlashLinkChanged     Flash = "link_changed"
	FlashLinkPaused      Flash = "link_paused"
	FlashLinkResumed     Flash = "link_resumed"
	FlashLinkArchived    Flash = "link_archived"
	FlashLinkRestored    Flash = "link_restored"
	FlashCounterReplaced Flash = "counter_replaced"

	FlashAsked       Flash = "asked"       // CamPay was asked and the book is up to date
	FlashUnreachable Flash = "unreachable" // CamPay was asked and did not answer
	FlashAppliedNow  Flash = "applied_now" // a delivery was processed again
	FlashAsksOwner   Flash = "asks_owner"  // a payout waits for a second owner
	FlashNotApproved Flash = "not_approved"
	FlashOver        Flash = "approval_over" // it was decided, or expired, meanwhile
	FlashDecided     Flash = "decided"       // a person ended a doubt
)

// tone of a flash: bad news must not look like good news.
func (f Flash) tone() tone {
	switch f {
	case FlashUnreachable, FlashOver, FlashNotConfirmed:
		return toneWarn
	default:
		return toneGood
	}
}

// FieldError is what is wrong with one field of a form.
type FieldError struct {
	Problem Problem
	Detail  string // what the message's {{.Detail}} stands for: a limit, CamPay's own words
	Figures []any  // the message's further placeholders and what they stand for, in turn, as T takes them
}

// Errors are what is wrong with a form, by field name; WholeForm for what
// concerns no single field.
type Errors map[string]FieldError

// WholeForm is the name under which Errors holds what concerns no field.
const WholeForm = ""

// Problem is what can be wrong with a field, as the last part of a locale key: one of
// those of the screens, below, or the code of a refusal.
type Problem string

// The problems of fields and forms. Those marked take a Detail.
const (
	ProblemAmountLetters Problem = "amount_letters"
	ProblemAmountGroups  Problem = "amount_groups"
	ProblemPhoneCarrier  Problem = "phone_carrier"
	ProblemTextMissing   Problem = "text_missing"
	ProblemTextLong      Problem = "text_long" // Detail: the most characters
	ProblemEmail         Problem = "email"
	ProblemURL           Problem = "url"
	ProblemChoice        Problem = "choice"
	ProblemNameMissing   Problem = "name_missing"
	ProblemSecretMissing Problem = "secret_missing"
	ProblemSignIn        Problem = "sign_in"      // name and password do not belong together
	ProblemUsed          Problem = "form_used"    // the form was sent before, with other contents
	ProblemExpired       Problem = "form_expired" // the form's operation id is no longer good
	ProblemPassword      Problem = "password"     // not the one of who is signed in
	ProblemNotSure       Problem = "not_sure"     // a question that must be answered with yes
	ProblemClaim         Problem = "claim"        // nothing in it to look a payment up by
	ProblemLoneOwner     Problem = "lone_owner"   // nobody could approve
	ProblemUnderWay      Problem = "under_way"    // a prompt is on that phone
	ProblemLinkTaken     Problem = "link_taken"
)

// text is the problem in the reader's language.
func (e FieldError) text(ctx context.Context) string {
	return T(ctx, "problem."+string(e.Problem), append([]any{"Detail", e.Detail}, e.Figures...)...)
}
