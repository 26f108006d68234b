package views_test

import (
	"context"
	"math"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/views"
)

var (
	french  = views.WithLocale(context.Background(), views.French)
	english = views.WithLocale(context.Background(), views.English)
)

func TestFrancs_AreGroupedAndShowDecimalsOnlyWhereThereAreAny(t *testing.T) {
	for _, c := range []struct {
		hundredths int64
		fr, en     string
	}{
		{0, "0\u202fFCFA", "0\u202fFCFA"},
		{500, "5\u202fFCFA", "5\u202fFCFA"},
		{495, "4,95\u202fFCFA", "4.95\u202fFCFA"},
		{5, "0,05\u202fFCFA", "0.05\u202fFCFA"},
		{90, "0,90\u202fFCFA", "0.90\u202fFCFA"},
		{99_900, "999\u202fFCFA", "999\u202fFCFA"},
		{1_250_000, "12\u202f500\u202fFCFA", "12\u202f500\u202fFCFA"},
		{100_000_000, "1\u202f000\u202f000\u202fFCFA", "1\u202f000\u202f000\u202fFCFA"},
		{-350, "−3,50\u202fFCFA", "−3.50\u202fFCFA"},
		{-7, "−0,07\u202fFCFA", "−0.07\u202fFCFA"},
		{math.MinInt64, "−92\u202f233\u202f720\u202f368\u202f547\u202f758,08\u202fFCFA", "−92\u202f233\u202f720\u202f368\u202f547\u202f758.08\u202fFCFA"},
	} {
		if got := views.Francs(french, money.XAF(c.hundredths)); got != c.fr {
			t.Errorf("%d in French: %q, want %q", c.hundredths, got, c.fr)
		}
		if got := views.Francs(english, money.XAF(c.hundredths)); got != c.en {
			t.Errorf("%d in English: %q, want %q", c.hundredths, got, c.en)
		}
	}
}

func TestPhone_IsWrittenAsPeopleWriteItAndOtherwiseLeftAlone(t *testing.T) {
	for number, want := range map[string]string{
		"237677123456":  "6\u00a077\u00a012\u00a034\u00a056",
		"":              "",
		"23767712345":   "23767712345",
		"23767712345x":  "23767712345x",
		"33677123456":   "33677123456",
		"2376771234567": "2376771234567",
	} {
		if got := views.Phone(money.Phone(number)); got != want {
			t.Errorf("Phone(%q) = %q, want %q", number, got, want)
		}
	}
}

func TestMoment_TellsTheDayAsSeenFromDouala(t *testing.T) {
	for _, c := range []struct {
		name   string
		at     time.Time
		fr, en string
	}{
		{"an hour ago", now.Add(-time.Hour), "13:15", "13:15"},
		{"just after midnight in Douala, still yesterday in UTC", time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC), "00:30", "00:30"},
		{"just before midnight in Douala", time.Date(2026, 11, 23, 22, 59, 0, 0, time.UTC), "hier 23:59", "yesterday 23:59"},
		{"earlier this year", time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC), "3 août 10:00", "3 Aug 10:00"},
		{"last year", time.Date(2025, 11, 24, 13, 2, 0, 0, time.UTC), "24 nov. 2025 14:02", "24 Nov 2025 14:02"},
		{"later today", now.Add(time.Hour), "15:15", "15:15"},
	} {
		if got := views.Moment(french, c.at, now); got != c.fr {
			t.Errorf("%s in French: %q, want %q", c.name, got, c.fr)
		}
		if got := views.Moment(english, c.at, now); got != c.en {
			t.Errorf("%s in English: %q, want %q", c.name, got, c.en)
		}
	}
}

func TestMoment_YesterdayIsKnownAcrossTheNewYear(t *testing.T) {
	newYear := time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC)
	if got := views.Moment(french, newYear.AddDate(0, 0, -1), newYear); got != "hier 10:00" {
		t.Errorf("the eve is %q", got)
	}
}

func TestStartOfDay_IsMidnightInDouala(t *testing.T) {
	want := time.Date(2026, 11, 23, 23, 0, 0, 0, time.UTC)
	for _, at := range []time.Time{want, now, want.Add(24*time.Hour - time.Nanosecond)} {
		if got := money.DayOf(at); !got.Equal(want) {
			t.Errorf("money.DayOf(%v) = %v, want %v", at, got, want)
		}
	}
}

func TestMatchLocale_IsFrenchUnlessTheBrowserPrefersEnglish(t *testing.T) {
	for header, want := range map[string]string{
		"":                        views.French,
		"fr-CM,fr;q=0.9,en;q=0.8": views.French,
		"en-GB,en;q=0.9":          views.English,
		"en;q=0.5,fr;q=0.9":       views.French,
		"de-DE,de;q=0.9":          views.French,
		"de,en;q=0.7,fr;q=0.3":    views.English,
		"*":                       views.French,
		";;;":                     views.French,
	} {
		if got := views.MatchLocale(header); got != want {
			t.Errorf("MatchLocale(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestLocale_AnUnknownOneIsFrench(t *testing.T) {
	for _, ctx := range []context.Context{context.Background(), views.WithLocale(context.Background(), "xx"), french} {
		if got := views.Locale(ctx); got != views.French {
			t.Errorf("locale %q", got)
		}
	}
}
