package views

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

func TestLoadLocale_KeyInTwoFiles_IsRefused(t *testing.T) {
	load := func(second string) error {
		bundle := i18n.NewBundle(language.French)
		bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
		return loadLocale(bundle, fstest.MapFS{
			"locales/fr/out.json":  {Data: []byte(`{"payout.title": "Retrait"}`)},
			"locales/fr/till.json": {Data: []byte(second)},
		}, French)
	}
	if err := load(`{"sale.title": {"one": "Vente", "other": "Ventes"}}`); err != nil {
		t.Error(err)
	}
	if err := load(`{"payout.title": "Sortie"}`); err == nil || !strings.Contains(err.Error(), "payout.title") {
		t.Errorf("payout.title in two files: %v", err)
	}
	if err := load(`{`); err == nil || !strings.Contains(err.Error(), "till.json") {
		t.Errorf("a broken file: %v", err)
	}
}
