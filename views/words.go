package views

// Amounts in words, as on a cheque: who typed a zero too many reads it.

import (
	"context"
	"strings"

	"comptoir/campay/money"
)

// InWords is an amount of whole francs in the reader's language, up to
// 99,999,999: "deux mille cinq cents francs". Any other amount has no words.
func InWords(ctx context.Context, hundredths money.XAF) string {
	n, isWhole := hundredths.Whole()
	if !isWhole || n < 1 || n > 99_999_999 {
		return ""
	}
	if Locale(ctx) == English {
		return inEnglish(n)
	}
	return inFrench(n)
}

var (
	frenchUnits = strings.Fields("- un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf")
	frenchTens  = strings.Fields("- - vingt trente quarante cinquante soixante - quatre-vingt -")

	englishUnits = strings.Fields("- one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	englishTens  = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")
)

func inFrench(n int64) string {
	var words []string
	if millions := n / 1_000_000; millions == 1 {
		words = append(words, "un million")
	} else if millions > 1 {
		words = append(words, frenchHundreds(millions), "millions")
	}
	if thousands := n / 1000 % 1000; thousands == 1 {
		words = append(words, "mille")
	} else if thousands > 1 {
		words = append(words, invariable(frenchHundreds(thousands)), "mille")
	}
	if rest := n % 1000; rest > 0 {
		words = append(words, frenchHundreds(rest))
	}
	switch {
	case n == 1:
		words = append(words, "franc")
	case n%1_000_000 == 0:
		words = append(words, "de francs")
	default:
		words = append(words, "francs")
	}
	return strings.Join(words, " ")
}

// invariable is a number before "mille", where vingt and cent take no s.
func invariable(words string) string {
	if strings.HasSuffix(words, "vingts") || strings.HasSuffix(words, "cents") {
		return words[:len(words)-1]
	}
	return words
}

func frenchHundreds(n int64) string {
	hundreds, rest := n/100, n%100
	words := "cent"
	switch {
	case hundreds == 0:
		return frenchTwoDigits(rest)
	case hundreds > 1 && rest == 0:
		words = frenchUnits[hundreds] + " cents"
	case hundreds > 1:
		words = frenchUnits[hundreds] + " cent"
	}
	if rest == 0 {
		return words
	}
	return words + " " + frenchTwoDigits(rest)
}

func frenchTwoDigits(n int64) string {
	if n < 20 {
		return frenchUnits[n]
	}
	tens, unit := n/10, n%10
	if tens == 7 || tens == 9 { // soixante-dix, quatre-vingt-dix
		tens, unit = tens-1, unit+10
	}
	switch {
	case unit == 0 && tens == 8:
		return "quatre-vingts"
	case unit == 0:
		return frenchTens[tens]
	case (unit == 1 || unit == 11) && tens != 8:
		return frenchTens[tens] + " et " + frenchUnits[unit]
	default:
		return frenchTens[tens] + "-" + frenchUnits[unit]
	}
}

func inEnglish(n int64) string {
	var words []string
	if millions := n / 1_000_000; millions > 0 {
		words = append(words, englishHundreds(millions), "million")
	}
	if thousands := n / 1000 % 1000; thousands > 0 {
		words = append(words, englishHundreds(thousands), "thousand")
	}
	if rest := n % 1000; rest > 0 {
		if rest < 100 && n >= 1000 {
			words = append(words, "and")
		}
		words = append(words, englishHundreds(rest))
	}
	if n == 1 {
		return "one franc"
	}
	return strings.Join(append(words, "francs"), " ")
}

func englishHundreds(n int64) string {
	hundreds, rest := n/100, n%100
	switch {
	case hundreds == 0:
		return englishTwoDigits(rest)
	case rest == 0:
		return englishUnits[hundreds] + " hundred"
	default:
		return englishUnits[hundreds] + " hundred and " + englishTwoDigits(rest)
	}
}

func englishTwoDigits(n int64) string {
	switch {
	case n < 20:
		return englishUnits[n]
	case n%10 == 0:
		return englishTens[n/10]
	default:
		return englishTens[n/10] + "-" + englishUnits[n%10]
	}
}
