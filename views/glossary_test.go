package views_test

// One word a thing: what French screens call by one name is called by no other.

import (
	"regexp"
	"testing"
)

// glossary is the word of each thing, and the other words that people know for it.
var glossary = map[string]*regexp.Regexp{
	"code QR":       regexp.MustCompile(`(?i)QR ?codes?\b|flashcode`),
	"approbation":   regexp.MustCompile(`(?i)\baccords?\b|validation`),
	"mode d’essai":  regexp.MustCompile(`(?i)bac à sable|sandbox`),
	"jeton":         regexp.MustCompile(`(?i)\btokens?\b`),
	"lien":          regexp.MustCompile(`(?i)\blinks?\b`),
	"retrait":       regexp.MustCompile(`(?i)withdraw`),
	"remboursement": regexp.MustCompile(`(?i)refund`),
	"annonce":       regexp.MustCompile(`(?i)\bavis de (CamPay|paiement)|webhook reçu`),
	"encaissé":      regexp.MustCompile(`(?i)\bsuccess(ful)?\b`),
}

// quoted is what a screen of CamPay's is named by, and what stands for a value.
var quoted = regexp.MustCompile(`App keys, Permanent access token|\{\{[^}]*\}\}`)

func TestLocales_FrenchHasOneWordForEachThing(t *testing.T) {
	texts, _ := locale(t, "fr")
	for key, forms := range texts {
		for _, text := range forms {
			text = quoted.ReplaceAllString(text, "")
			for word, others := range glossary {
				if found := others.FindString(text); found != "" {
					t.Errorf("%s says %q, not %q: %s", key, found, word, text)
				}
			}
		}
	}
}
