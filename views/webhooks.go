package views

// Where the list of deliveries leads, and how one ended in words.

import (
	"net/url"
	"strconv"
	"time"

	"comptoir/store"
)

func refusedInAll(all []store.RefusedCount) (n int64, last time.Time) {
	for _, c := range all {
		n += c.Count
		if c.Last.After(last) {
			last = c.Last
		}
	}
	return n, last
}

func (props WebhooksProps) href(v store.Verdict, before int64) string {
	q := url.Values{}
	if props.Search != "" {
		q.Set("q", props.Search)
	}
	if v != "" {
		q.Set("verdict", string(v))
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return listURL("/webhooks", q)
}

// outcomeKey is the outcome as the last part of a locale key: a delivery that
// was accepted and not applied yet is waiting.
func outcomeKey(d store.Delivery) string {
	switch {
	case d.Outcome != store.OutcomeNone:
		return string(d.Outcome)
	case d.Verdict == store.VerdictRefused:
		return string(store.OutcomeRefused)
	default:
		return "waiting"
	}
}

func outcomeTone(d store.Delivery) tone {
	switch outcomeKey(d) {
	case string(store.OutcomeApplied):
		return toneGood
	case string(store.OutcomeRefused):
		return toneBad
	case string(store.OutcomeDiffers), string(store.OutcomeUnknown):
		return toneWarn
	default:
		return toneQuiet
	}
}
