package views

// What the journal tells of an act, in the reader's words: no name or value of
// the program's own.

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// AuditKeys are the names in an entry's detail that have words of their own.
var AuditKeys = []string{
	"amount", "phone", "description", "name", "role", "shop", "address", "footer", "from", "to", "outcome", "transaction", "file", "sessions", "kind", "refund_of",
	"approval_above", "most_payments", "most_money", "may_pay_more", "expires_at", "most_each", "most_day", "count_day", "airtime_day", "from_hour", "to_hour", "saved_only", "new_recipient_wait",
	"frozen", "number", "row", "token", "username", "webhook_key",
}

func auditKey(ctx context.Context, name string) string {
	if slices.Contains(AuditKeys, name) {
		return T(ctx, "audit.key."+name)
	}
	return name
}

// auditDetail is an entry's detail in a line: what changed as "before → after",
// the rest as it is.
func auditDetail(ctx context.Context, detail json.RawMessage) string {
	var all map[string]any
	if json.Unmarshal(detail, &all) != nil {
		return ""
	}
	before, after := cmp.Or(all["before"], all["old"]), cmp.Or(all["after"], all["new"])
	for _, name := range []string{"before", "old", "after", "new"} {
		delete(all, name)
	}
	was, isMap := before.(map[string]any)
	is, _ := after.(map[string]any)
	var parts []string
	if !isMap && before != nil { // a role, or a book
		parts = append(parts, auditValue(ctx, "role", before)+" → "+auditValue(ctx, "role", after))
	}
	pair := func(name, value string) {
		parts = append(parts, T(ctx, "audit.pair", "Name", auditKey(ctx, name), "Value", value))
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if a, b := auditValue(ctx, name, was[name]), auditValue(ctx, name, is[name]); a != b {
			pair(name, a+" → "+b)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		value := auditValue(ctx, name, all[name])
		if name == "kind" && all["refund_of"] != nil {
			value = T(ctx, "kind.refund")
		}
		if value != nothing {
			pair(name, value)
		}
	}
	return strings.Join(parts, " · ")
}

// nothing stands where a value is empty.
const nothing = "—"

// auditValue is the value of a name in the reader's words.
func auditValue(ctx context.Context, name string, value any) string {
	text := fmt.Sprint(value)
	if value == nil || text == "" {
		return nothing
	}
	switch value := value.(type) {
	case bool:
		if value {
			return T(ctx, "audit.yes")
		}
		return T(ctx, "audit.no")
	case float64: // JSON has no other number
		return auditNumber(ctx, name, int64(value))
	}
	switch name {
	case "amount", "most_each", "most_day", "most_money", "approval_above", "airtime_day":
		return auditAmount(ctx, name, text)
	case "phone":
		return Phone(money.Phone(text))
	case "role", "kind", "outcome":
		return auditWord(ctx, text)
	case "expires_at":
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return exactly(ctx, at)
		}
	case "from", "to":
		if day, err := time.ParseInLocation(time.DateOnly, text, money.Douala); err == nil {
			return T(ctx, "time.date", "Day", day.Day(), "Month", month(ctx, day), "Year", day.Year())
		}
	case "new_recipient_wait":
		if wait, err := time.ParseDuration(text); err == nil {
			return T(ctx, "audit.hours", "Count", int64(wait/time.Hour))
		}
	}
	return text
}

// auditNumber is a number: of an operation, of an hour, or how many.
func auditNumber(ctx context.Context, name string, n int64) string {
	switch name {
	case "transaction", "refund_of", "row":
		return "n°\u00a0" + strconv.FormatInt(n, 10)
	case "from_hour", "to_hour":
		return T(ctx, "audit.hour", "Hour", n)
	case "count_day", "most_payments":
		if n == 0 {
			return T(ctx, "audit.no_limit")
		}
	}
	return strconv.FormatInt(n, 10)
}

// auditAmount is an amount that the log keeps in francs; of a limit, 0 is none.
func auditAmount(ctx context.Context, name, text string) string {
	hundredths, err := money.ParseXAF(text)
	switch {
	case err != nil:
		return text
	case hundredths == 0 && name != "amount":
		return T(ctx, "audit.no_limit")
	default:
		return Francs(ctx, hundredths)
	}
}

// auditWord is one of the words that the log keeps in the program's own.
func auditWord(ctx context.Context, text string) string {
	for prefix, words := range map[string][]string{
		"role.":       {string(store.RoleOwner), string(store.RoleCashier), string(store.RoleAccountant)},
		"field.book.": {"sandbox", "demo", "production"},
		"kind.":       {string(store.KindCollect), string(store.KindWithdraw), string(store.KindAirtime)},
		"audit.said.": {string(store.StatusSuccessful), string(store.StatusFailed)},
	} {
		if slices.Contains(words, text) {
			return T(ctx, prefix+text)
		}
	}
	return text
}
