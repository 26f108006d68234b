package web

// The word and the colour of the day: made from the shop's own key, so that
// nobody outside knows tomorrow's.

import (
	"context"
	"encoding/binary"
	"time"

	"comptoir/campay/money"
	"comptoir/views"
)

// DayMark is the mark of the day of Douala in which at lies. A customer may see
// it on a proved paid page alone, and that of the day on which he paid: a page of
// yesterday that is shown again must not bear today's.
func (s *Desk) DayMark(ctx context.Context, at time.Time) views.DayMark {
	mac := s.Store.Keys.MAC("day mark")
	mac.Write([]byte(string(s.Book) + "\x00" + money.DayOf(at).Format(time.DateOnly)))
	sum := mac.Sum(nil)
	return views.DayMarkAt(ctx, binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:]))
}
