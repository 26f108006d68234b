package views_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"comptoir/campay/money"
	"comptoir/views"
)

func TestInWords_FollowsTheRulesOfEachLanguage(t *testing.T) {
	for francs, want := range map[int64][2]string{
		1:          {"un franc", "one franc"},
		16:         {"seize francs", "sixteen francs"},
		17:         {"dix-sept francs", "seventeen francs"},
		20:         {"vingt francs", "twenty francs"},
		21:         {"vingt et un francs", "twenty-one francs"},
		70:         {"soixante-dix francs", "seventy francs"},
		71:         {"soixante et onze francs", "seventy-one francs"},
		77:         {"soixante-dix-sept francs", "seventy-seven francs"},
		80:         {"quatre-vingts francs", "eighty francs"},
		81:         {"quatre-vingt-un francs", "eighty-one francs"},
		91:         {"quatre-vingt-onze francs", "ninety-one francs"},
		99:         {"quatre-vingt-dix-neuf francs", "ninety-nine francs"},
		100:        {"cent francs", "one hundred francs"},
		101:        {"cent un francs", "one hundred and one francs"},
		200:        {"deux cents francs", "two hundred francs"},
		280:        {"deux cent quatre-vingts francs", "two hundred and eighty francs"},
		1000:       {"mille francs", "one thousand francs"},
		1001:       {"mille un francs", "one thousand and one francs"},
		2500:       {"deux mille cinq cents francs", "two thousand five hundred francs"},
		3000:       {"trois mille francs", "three thousand francs"},
		25_000:     {"vingt-cinq mille francs", "twenty-five thousand francs"},
		80_000:     {"quatre-vingt mille francs", "eighty thousand francs"},
		200_000:    {"deux cent mille francs", "two hundred thousand francs"},
		250_000:    {"deux cent cinquante mille francs", "two hundred and fifty thousand francs"},
		1_000_000:  {"un million de francs", "one million francs"},
		1_200_000:  {"un million deux cent mille francs", "one million two hundred thousand francs"},
		2_000_080:  {"deux millions quatre-vingts francs", "two million and eighty francs"},
		80_000_000: {"quatre-vingts millions de francs", "eighty million francs"},
		99_999_999: {
			"quatre-vingt-dix-neuf millions neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf francs",
			"ninety-nine million nine hundred and ninety-nine thousand nine hundred and ninety-nine francs",
		},
	} {
		if got := views.InWords(french, money.XAF(francs*100)); got != want[0] {
			t.Errorf("%d in French: %q", francs, got)
		}
		if got := views.InWords(english, money.XAF(francs*100)); got != want[1] {
			t.Errorf("%d in English: %q", francs, got)
		}
	}
}

func TestInWords_WhatIsNoWholeAmountOfOurs_HasNoWords(t *testing.T) {
	for _, hundredths := range []int64{0, -100, 150, 10_000_000_000} {
		if got := views.InWords(french, money.XAF(hundredths)) + views.InWords(english, money.XAF(hundredths)); got != "" {
			t.Errorf("%d: %q", hundredths, got)
		}
	}
}

func TestInWords_ReadBack_IsTheSameAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 99_999_999).Draw(t, "francs")
		if got := heard(views.InWords(french, money.XAF(n*100))); got != n {
			t.Errorf("%d is heard as %d in French", n, got)
		}
		if got := heard(views.InWords(english, money.XAF(n*100))); got != n {
			t.Errorf("%d is heard as %d in English", n, got)
		}
	})
}

// heard is a number as a listener adds it up, word by word.
func heard(words string) (total int64) {
	values := map[string]int64{}
	for i, both := range [][2]string{
		{"un", "one"}, {"deux", "two"}, {"trois", "three"}, {"quatre", "four"}, {"cinq", "five"}, {"six", "six"}, {"sept", "seven"},
		{"huit", "eight"}, {"neuf", "nine"}, {"dix", "ten"}, {"onze", "eleven"}, {"douze", "twelve"}, {"treize", "thirteen"},
		{"quatorze", "fourteen"}, {"quinze", "fifteen"}, {"seize", "sixteen"}, {"-", "seventeen"}, {"-", "eighteen"}, {"-", "nineteen"},
	} {
		values[both[0]], values[both[1]] = int64(i+1), int64(i+1)
	}
	for i, both := range [][2]string{
		{"vingt", "twenty"}, {"trente", "thirty"}, {"quarante", "forty"}, {"cinquante", "fifty"}, {"soixante", "sixty"}, {"-", "seventy"}, {"-", "eighty"}, {"-", "ninety"},
	} {
		values[both[0]], values[both[1]] = int64(i+2)*10, int64(i+2)*10
	}
	group, last := int64(0), ""
	for word := range strings.FieldsFuncSeq(words, func(r rune) bool { return r == ' ' || r == '-' }) {
		switch {
		case slices.Contains([]string{"vingt", "vingts"}, word) && last == "quatre":
			group += 76
		case slices.Contains([]string{"cent", "cents", "hundred"}, word):
			group = max(group, 1) * 100
		case slices.Contains([]string{"mille", "thousand"}, word):
			total, group = total+max(group, 1)*1000, 0
		case strings.HasPrefix(word, "million"):
			total, group = total+group*1_000_000, 0
		default:
			group += values[word]
		}
		last = word
	}
	return total + group
}
