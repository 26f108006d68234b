package views

// What an event says, without the secrets of its raw text.

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// eventTime is the second of an event, and its day where the story spans several.
func eventTime(ctx context.Context, events []store.Event, i int) string {
	first, at, last := events[0].At.In(money.Douala), events[i].At.In(money.Douala), events[len(events)-1].At.In(money.Douala)
	if sameDay(first, last) {
		return at.Format(time.TimeOnly)
	}
	return exactly(ctx, at)
}

// signature is the token of a webhook inside raw JSON, at any depth.
var signature = regexp.MustCompile(`(?i)("signature"\s*:\s*)"(?:[^"\\]|\\.)*"`)

// readable is raw JSON with line breaks and without its signature: one token
// fits any webhook for an hour, so no screen shows one.
func readable(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return ""
	}
	return signature.ReplaceAllString(b.String(), `$1"…"`)
}

// eventTitle is what an event did, and where its news came from for a note
// that no locale knows. Money out has words of its own where the others would call
// it a payment.
func eventTitle(ctx context.Context, way Way, e store.Event) string {
	if way != "" && e.Note == "successful" {
		return T(ctx, "event.successful."+string(way))
	}
	if key := "event." + e.Note; e.Note != "" && known(ctx, key) {
		return T(ctx, key)
	}
	return T(ctx, "event.from."+string(e.Kind))
}
