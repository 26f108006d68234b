package views

// Amounts, phone numbers and times as people in Cameroon write them.

import (
	"context"
	"strconv"
	"strings"
	"time"

	"comptoir/campay/money"
)

// thin is the narrow no-break space that groups digits and binds a unit to
// its number.
const thin = "\u202f"

// Digits is an amount without its unit: "12 500",
// and "4,95" (in English "4.95") where it is not whole.
func Digits(ctx context.Context, amount money.XAF) string {
	sign, whole, rest := split(amount)
	if sign != "" {
		sign = "−"
	}
	if rest != "" && Locale(ctx) != English {
		rest = "," + rest[1:]
	}
	return sign + grouped(whole) + rest
}

// split takes an amount apart: "-", "4" and ".95"; the last is empty for
// whole francs.
func split(amount money.XAF) (sign, whole, rest string) {
	digits, negative := strings.CutPrefix(amount.String(), "-")
	if negative {
		sign = "-"
	}
	whole, rest, isPart := strings.Cut(digits, ".")
	if isPart {
		rest = "." + rest
	}
	return sign, whole, rest
}

// grouped puts thin spaces between the thousands of a run of digits.
func grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(thin)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Francs is an amount with its unit: "12 500 FCFA".
func Francs(ctx context.Context, amount money.XAF) string {
	return Digits(ctx, amount) + thin + unit("")
}

// unit is how people name a currency: the franc of Central Africa is FCFA,
// any other keeps its code.
func unit(currency string) string {
	if currency == "" || currency == "XAF" {
		return "FCFA"
	}
	return currency
}

// Phone is a number of the book, 237677123456, as people write it:
// "6 77 12 34 56". Anything else comes back as it is.
func Phone(number money.Phone) string {
	n, ok := strings.CutPrefix(string(number), "237")
	if !ok || len(n) != 9 || strings.Trim(n, "0123456789") != "" {
		return string(number)
	}
	return strings.Join([]string{n[:1], n[1:3], n[3:5], n[5:7], n[7:]}, "\u00a0")
}

// MaskedPhone is Phone with all but its beginning and end hidden: enough for
// who knows the number, too little for who does not.
func MaskedPhone(number money.Phone) string {
	groups := strings.Split(Phone(number), "\u00a0")
	if len(groups) != 5 {
		return ""
	}
	groups[2], groups[3] = "••", "••"
	return strings.Join(groups, "\u00a0")
}

// Clock is the time of day: "14:02".
func Clock(t time.Time) string { return t.In(money.Douala).Format("15:04") }

// Moment is when t was, seen from now: "14:02" today, "hier 14:02",
// "24 nov. 14:02", and with its year where that is another one.
func Moment(ctx context.Context, t, now time.Time) string {
	switch t, now := t.In(money.Douala), now.In(money.Douala); {
	case sameDay(t, now):
		return Clock(t)
	case sameDay(t, now.AddDate(0, 0, -1)):
		return T(ctx, "time.yesterday", "Clock", Clock(t))
	case t.Year() == now.Year():
		return T(ctx, "time.day", "Day", t.Day(), "Month", month(ctx, t), "Clock", Clock(t))
	default:
		return T(ctx, "time.day_of_year", "Day", t.Day(), "Month", month(ctx, t), "Year", t.Year(), "Clock", Clock(t))
	}
}

// exactly is t to the second, with its day and year.
func exactly(ctx context.Context, t time.Time) string {
	t = t.In(money.Douala)
	return T(ctx, "time.day_of_year", "Day", t.Day(), "Month", month(ctx, t), "Year", t.Year(), "Clock", t.Format("15:04:05"))
}

func month(ctx context.Context, t time.Time) string {
	return T(ctx, "month."+strconv.Itoa(int(t.Month())))
}

func sameDay(a, b time.Time) bool {
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}
