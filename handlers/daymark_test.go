package handlers

import (
	"testing"
	"time"

	"comptoir/views"
)

func TestDayMark_IsOneForADayOfDouala_AndTheShopsOwn(t *testing.T) {
	t.Parallel()
	s, other := openShop(t), openShop(t)
	ctx := t.Context()
	begins := time.Date(2026, 3, 3, 23, 0, 0, 0, time.UTC) // midnight in Douala
	mark := s.server.desk.DayMark(ctx, begins)
	if got := s.server.desk.DayMark(ctx, begins.Add(24*time.Hour-time.Second)); got != mark {
		t.Errorf("the evening has %v, the morning %v", got, mark)
	}
	days, shops := map[views.DayMark]bool{}, 0
	for day := range 30 {
		at := begins.AddDate(0, 0, day)
		days[s.server.desk.DayMark(ctx, at)] = true
		if s.server.desk.DayMark(ctx, at) == other.server.desk.DayMark(ctx, at) {
			shops++
		}
	}
	if len(days) < 20 {
		t.Errorf("a month has %d marks", len(days))
	}
	if shops > 5 {
		t.Errorf("two shops agree on %d days of a month", shops)
	}
}

func TestDayMark_IsTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	fr := s.server.desk.DayMark(views.WithLocale(t.Context(), views.French), s.clock.now())
	en := s.server.desk.DayMark(views.WithLocale(t.Context(), views.English), s.clock.now())
	if fr.Word != en.Other || fr.Other != en.Word || fr.Colour != en.Colour {
		t.Errorf("%v in French, %v in English", fr, en)
	}
}
