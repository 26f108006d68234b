package sandbox

// The words of the pages, in both languages.

import (
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"comptoir/campay/money"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

func words(t *testing.T, lang string) map[string]string {
	t.Helper()
	text, err := files.ReadFile("locales/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]string
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLocales_HaveTheSameWordsWithTheSameParameters(t *testing.T) {
	t.Parallel()
	french, english := words(t, "fr"), words(t, "en")
	for key := range maps.Keys(french) {
		if _, ok := english[key]; !ok {
			t.Errorf("%q is missing in English", key)
		}
	}
	parameter := regexp.MustCompile(`{{\.\w+}}`)
	for key, text := range english {
		other, ok := french[key]
		if !ok {
			t.Errorf("%q is missing in French", key)
		}
		a, b := parameter.FindAllString(text, -1), parameter.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q: %v and %v", key, a, b)
		}
	}
}

func TestLocales_HaveEveryWordThatIsUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	named := regexp.MustCompile(`\.T "([a-z_.]+)"`)
	templates, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range templates {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(text, -1) {
			used[string(m[1])] = true
		}
	}
	for _, k := range Kinds() {
		used["kind."+string(k)] = true
	}
	for _, r := range []Reason{ReasonRefused, ReasonWrongPIN, ReasonNoFunds, ReasonTimeout, ReasonAtCarrier} {
		used["reason."+string(r)] = true
		if r.text() == "" {
			t.Errorf("%q has no text in the API", r)
		}
	}
	for _, e := range []Endpoint{EndpointCollect, EndpointWithdraw, EndpointAirtime} {
		used["endpoint."+string(e)] = true
	}
	all := words(t, "fr")
	for key := range used {
		if _, ok := all[key]; !ok {
			t.Errorf("no word for %q", key)
		}
	}
}

func TestScreen_WritesAmountsNumbersAndTimesAsPeopleDo(t *testing.T) {
	t.Parallel()
	fr, en := screen{Lang: "fr"}, screen{Lang: "en"}
	for got, want := range map[string]string{
		fr.Money(money.Francs(1_234_567)): "1\u202f234\u202f567\u00a0FCFA",
		fr.Money(495):                     "4,95\u00a0FCFA",
		en.Money(-100_050):                "-1\u202f000.50\u00a0FCFA",
		fr.Number("237677123456"):         "6\u00a077\u00a012\u00a034\u00a056",
		fr.Number("x"):                    "x",
		fr.Clock(time.Date(2026, 3, 14, 23, 30, 0, 0, time.UTC)): "15/03 00:30:00",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if _, err := missingWord(t); err == nil {
		t.Error("a missing word is no error")
	}
}

func missingWord(t *testing.T) (string, error) {
	t.Helper()
	s, err := loadScreens()
	if err != nil {
		t.Fatal(err)
	}
	return screen{localizer: i18n.NewLocalizer(s.words, "fr")}.T("no.such.word")
}
