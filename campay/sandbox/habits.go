package sandbox

// Where CamPay was recorded to answer in more than one way, or where nobody
// knows which way it is: a client has to live with each.

import (
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

// Habits are those ways. The zero value is what was recorded most.
type Habits struct {
	// LinkAlone answers a link as the documentation does, {"link":"…"}: who made
	// it is not told its reference.
	LinkAlone bool
	// SameReference has a try on a link whose last one failed go on under that
	// one's reference, so that a transaction that failed is PENDING again.
	// Otherwise each try has a reference of its own.
	SameReference bool
	// LocalHistory writes the history's times as Cameroon's, without a zone.
	LocalHistory bool
	// PendingHistory has the history show what has not ended, too.
	PendingHistory bool
}

// written is a time as the history writes it.
func (h Habits) written(at time.Time) string {
	if h.LocalHistory {
		return at.In(money.Douala).Format("2006-01-02T15:04:05.000000")
	}
	return at.UTC().Format("2006-01-02T15:04:05.000000Z07:00")
}

// shows reports whether the history has a row for what stands so.
func (h Habits) shows(status campay.Status) bool { return status.Final() || h.PendingHistory }
