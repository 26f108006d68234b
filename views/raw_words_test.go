package views_test

// No raw value on a French screen: what the book, a form or CamPay calls a thing
// by is said in the reader's words.

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// rawWord is a value as the book, a form or CamPay has it.
var rawWord = regexp.MustCompile(`\b(SUCCESSFUL|FAILED|PENDING|ORANGE|ORANGE_CM|MTN_CM|XAF|` +
	`successful|failed|pending|waiting|unsent|in_doubt|collect|withdraw|withdrawal|airtime|push|` +
	`owner|cashier|accountant|sandbox|demo|live|true|false|null|None|MOMO|CARD|` +
	`accepted|refused|rejected|applied|approved|declined|once|reusable|counter|paused|archived|` +
	`mtn|[a-z]+_[a-z_]+)\b`)

// quotedWords are CamPay's own sentences, and a key of which the last letters are shown.
var quotedWords = regexp.MustCompile(`«[^»]*»|••••\w+|Maximum amount is 25\.00 XAF`)

// rawWords are those that the text of n shows, or an attribute that is read out.
func rawWords(n *html.Node) []string {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "code", "pre", "script", "svg", "kbd", "samp", "title", "textarea":
			return nil
		}
	}
	var found []string
	if n.Type == html.TextNode {
		for _, word := range rawWord.FindAllString(quotedWords.ReplaceAllString(n.Data, ""), -1) {
			found = append(found, word+" in "+strings.TrimSpace(n.Data))
		}
	}
	for _, read := range []string{"aria-label", "title", "alt", "placeholder"} {
		for _, word := range rawWord.FindAllString(attr(n, read), -1) {
			found = append(found, word+" in "+read+" "+attr(n, read))
		}
	}
	for c := range n.ChildNodes() {
		found = append(found, rawWords(c)...)
	}
	return found
}

func TestScreens_FrenchOnesShowNoRawValue(t *testing.T) {
	for name, screen := range screens() {
		if name == "styleguide" {
			continue
		}
		for _, word := range rawWords(tree(french, t, screen)) {
			t.Errorf("%s: %s", name, word)
		}
	}
}
