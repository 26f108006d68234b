package money

import "time"

// Douala is the shop's clock, and CamPay's where its history names no zone: an hour
// before UTC, all year.
var Douala = time.FixedZone("WAT", 60*60)

// DayOf is the day of a moment, by its midnight in Douala.
func DayOf(t time.Time) time.Time {
	t = t.In(Douala)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, Douala)
}
