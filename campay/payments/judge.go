package payments

// What an answer of CamPay proves of a transaction: pure, so that its rules can be read
// and tried in one place.

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/store"
)

// judge changes t to what truth proves and names what happened. Pure, so that
// its rules can be read and tried in one place. isDemo says that the truth is the
// demo's of CamPay.
func judge(t *store.Transaction, truth campay.Transaction, now time.Time, isDemo bool) (note string) {
	if !strings.EqualFold(truth.Reference, t.Reference) ||
		(t.ExternalReference != "" && truth.ExternalReference != "" && !strings.EqualFold(truth.ExternalReference, t.ExternalReference)) {
		t.Flags = t.Flags.With(store.FlagMismatch)
		return "mismatch"
	}
	t.ReportedStatus = ""
	switch truth.Status {
	case campay.Successful:
		knowWord(t)
		note = moveTo(t, store.StatusSuccessful, now)
		t.Currency = truth.Currency
		t.Net = cmp.Or(truth.NetAmount.Moved().XAF, t.Net) // not every answer tells it, and the history may have
		if wasUnknown := t.AmountUnknown; takeAmount(t, truth.Amount, isDemo) && wasUnknown && note == "same" {
			note = "amount_told"
		}
	case campay.Failed:
		knowWord(t)
		note = moveTo(t, store.StatusFailed, now)
		t.AmountUnknown, t.Flags = false, less(t.Flags, store.FlagAmountUnknown)
	case campay.Pending:
		isDecided := t.Flags.Has(store.FlagDecided)
		if t.Status.Final() && !isDecided {
			return "open_after_final" // an answer that is behind: kept, changes nothing
		}
		knowWord(t)
		note = "still_open"
		if isDecided { // a person's word against CamPay's
			note = "moved_final"
			t.Flags, t.SettledAt = undecided(t.Flags).With(store.FlagMovedFinal), time.Time{}
		}
		t.Status = store.StatusPending
	default:
		// EXPIRED, REVERSED, SUCCESS, whatever: no proof of anything, so that
		// nothing moves by it, and a person has to look.
		t.Word, t.Flags = string(truth.Status), t.Flags.With(store.FlagUnknownWord)
		note = "unknown_word"
	}
	learn(t, truth)
	return note
}

// knowWord takes back what a status of unknown meaning had said.
func knowWord(t *store.Transaction) {
	t.Word, t.Flags = "", less(t.Flags, store.FlagUnknownWord)
}

// takeAmount keeps the amount that a success was told with, and reports whether
// it was told any. Nothing at all is no amount either, but on the demo, which says
// so of its simulated payers. What was told before is not forgotten.
func takeAmount(t *store.Transaction, told money.Told, isDemo bool) bool {
	told = told.Moved()
	switch {
	case told.XAF > 0 || told.Known && isDemo:
		t.Amount, t.AmountUnknown, t.Flags = told.XAF, false, less(t.Flags, store.FlagAmountUnknown)
		flagAmount(t)
		return true
	case t.Amount == 0:
		t.AmountUnknown, t.Flags = true, t.Flags.With(store.FlagAmountUnknown)
	}
	return false
}

// moveTo makes t final. One final status may follow another only here, where
// /transaction/ itself says so: it is flagged, and the events keep both.
func moveTo(t *store.Transaction, to store.Status, now time.Time) (note string) {
	isDecided := t.Flags.Has(store.FlagDecided)
	t.Flags = undecided(t.Flags)
	switch {
	case t.Status == to && !isDecided:
		return "same"
	case t.Status.Final() && t.Status != to:
		t.Flags = t.Flags.With(store.FlagMovedFinal)
		note = "moved_final"
	default:
		note = string(to)
	}
	t.Status, t.SettledAt = to, now
	return note
}

// undecided are flags without a person's decision: a proof takes its place.
func undecided(flags store.Flags) store.Flags {
	return less(flags, store.FlagDecided)
}

// less are flags without those of off.
func less(flags store.Flags, off ...store.Flag) store.Flags {
	return slices.DeleteFunc(slices.Clone(flags), func(f store.Flag) bool { return slices.Contains(off, f) })
}

// flagAmount flags what is not the money that was asked for.
func flagAmount(t *store.Transaction) {
	if t.Currency != currency {
		t.Flags = t.Flags.With(store.FlagCurrency)
	}
	switch {
	case t.Asked == 0, t.IsSimulated(): // begun elsewhere: nothing was asked here
	case t.Amount < t.Asked:
		t.Flags = t.Flags.With(store.FlagUnderpaid)
	case t.Amount > t.Asked && !t.MayPayMore:
		t.Flags = t.Flags.With(store.FlagOverpaid)
	}
}

// learn keeps what the truth tells beside status and amount.
func learn(t *store.Transaction, truth campay.Transaction) {
	if truth.Operator != money.OtherOperator {
		t.Operator = truth.Operator
	}
	if phone, err := money.ParsePhone(truth.Phone); err == nil {
		if isOurPayout(*t) && t.Phone != phone {
			t.Flags = t.Flags.With(store.FlagMismatch) // whom it went to stays whom it was meant for
		} else {
			t.Phone = phone
		}
	}
	t.Code = cmp.Or(truth.Code, t.Code)
	t.OperatorReference = cmp.Or(truth.OperatorReference, t.OperatorReference)
	t.Reason = cmp.Or(truth.Reason, t.Reason)
}

// isOurPayout reports whether t is money that this shop sent.
func isOurPayout(t store.Transaction) bool {
	return t.Kind != store.KindCollect && t.Origin != store.OriginExternal
}
