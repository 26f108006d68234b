package views

import (
	"slices"
	"testing"
)

func TestDayMark_HasSixtyFourWordsInBothLanguages_EachOnce(t *testing.T) {
	for name, words := range map[string][]string{"fr": frenchDayWords, "en": englishDayWords} {
		sorted := slices.Sorted(slices.Values(words))
		if len(words) != 64 || len(slices.Compact(sorted)) != 64 {
			t.Errorf("%s: %d words, %d different", name, len(words), len(slices.Compact(sorted)))
		}
	}
}
