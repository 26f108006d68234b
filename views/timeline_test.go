package views_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"comptoir/store"
	"comptoir/views"
)

func TestTimeline_OfSeveralDays_SaysTheDayOfEachEvent(t *testing.T) {
	story := func(first time.Time) string {
		told := []store.Event{{ID: 1, At: first, Kind: store.EventCreated, Note: "written"}, {ID: 2, At: now, Kind: store.EventPoll, Note: "successful"}}
		root := tree(french, t, views.TransactionPage(page("/transactions/7"), views.TransactionProps{Transaction: push(), Events: told, Now: now}))
		return text(elements(root, func(n *html.Node) bool { return attr(n, "id") == "timeline" })[0])
	}
	if got := story(now.Add(-time.Minute)); strings.Contains(got, "nov.") {
		t.Errorf("one day: %s", got)
	}
	got := story(now.AddDate(0, 0, -2))
	for _, day := range []string{"22 nov. 2026", "24 nov. 2026"} {
		if !strings.Contains(got, day) {
			t.Errorf("%s is not said: %s", day, got)
		}
	}
}

func TestWebhookPage_TheNameOfAParameter_BreaksAtItsUnderscoresAlone(t *testing.T) {
	shown := markup(french, t, views.WebhookPage(page("/webhooks/12"), views.WebhookProps{Now: now, Params: []views.Param{{Name: "external_reference", Value: "x"}}}))
	if !strings.Contains(shown, "external_<wbr>reference") {
		t.Error("the name is not in one piece")
	}
}
