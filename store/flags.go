package store

// What a person has to look at in a transaction.

import (
	"slices"
	"strings"
)

// Flag is something about a transaction that a person has to look at.
type Flag string

// The flags of a transaction.
const (
	FlagUnderpaid      Flag = "underpaid"       // CamPay proves less than was asked
	FlagOverpaid       Flag = "overpaid"        // more than was asked, where the payer may not pay more
	FlagCurrency       Flag = "currency"        // proved in another currency than XAF
	FlagPaidTwice      Flag = "paid_twice"      // a second payment for one link or one reference
	FlagReportDiffers  Flag = "report_differs"  // a webhook told another amount, currency or status than CamPay proves
	FlagMovedFinal     Flag = "moved_final"     // CamPay changed a status that was final
	FlagUnprovedKind   Flag = "unproved_kind"   // begun elsewhere, and CamPay does not say in which direction
	FlagMismatch       Flag = "mismatch"        // /transaction/ answered for another external reference
	FlagDecided        Flag = "decided"         // a person ended the doubt, not CamPay
	FlagHistoryDiffers Flag = "history_differs" // CamPay's history tells another amount or status
	FlagMissing        Flag = "missing"         // CamPay's history lacks it
	FlagStopped        Flag = "stopped"         // paid on CamPay's page after its link took no payment any more
	FlagAmountUnknown  Flag = "amount_unknown"  // CamPay says that it succeeded, and not how much moved
	FlagEnded          Flag = "ended"           // paid after the sale was ended at the till, or asked for in another way
	FlagUnknownWord    Flag = "unknown_word"    // CamPay has a word for its status that is none of those it documents
)

// Flags are the flags of one transaction, in the order in which they came.
type Flags []Flag

// Has reports whether f is among the flags.
func (fs Flags) Has(f Flag) bool { return slices.Contains(fs, f) }

// With returns the flags with f added once.
func (fs Flags) With(f Flag) Flags {
	if fs.Has(f) {
		return fs
	}
	return append(slices.Clone(fs), f)
}

// String is how a column keeps the flags: separated by spaces.
func (fs Flags) String() string {
	words := make([]string, len(fs))
	for i, f := range fs {
		words[i] = string(f)
	}
	return strings.Join(words, " ")
}

// flagsColumn scans flags separated by spaces.
type flagsColumn struct{ to *Flags }

// Scan implements sql.Scanner.
func (c flagsColumn) Scan(value any) error {
	var words string
	if err := maybe(&words).Scan(value); err != nil {
		return err
	}
	*c.to = nil
	for _, word := range strings.Fields(words) {
		*c.to = append(*c.to, Flag(word))
	}
	return nil
}
