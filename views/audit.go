package views

// What the journal's list and its file are made of.

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"comptoir/store"
)

// AuditKinds are the kinds of act that the list can be limited to: what an act's
// name begins with.
var AuditKinds = []string{
	"session", "person", "notices", "totp", "passkey", "till", "pin", "payout", "payout_rules", "recipient", "request", "link", "webhook", "reconciliation", "history", "settings", "export",
}

func (props AuditProps) query(before int64) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": props.Search, "kind": props.Kind, "from": props.From, "to": props.To} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if props.Person != 0 {
		q.Set("person", strconv.FormatInt(props.Person, 10))
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return q
}

func personName(ctx context.Context, id int64, people []store.User) string {
	if id == 0 {
		return T(ctx, "audit.nobody")
	}
	i := slices.IndexFunc(people, func(u store.User) bool { return u.ID == id })
	if i < 0 {
		return "#" + strconv.FormatInt(id, 10)
	}
	return people[i].Name
}

// AuditCSVHeader names the cells of AuditCSVLine.
func AuditCSVHeader(ctx context.Context) []string {
	return []string{
		T(ctx, "audit.number"), T(ctx, "csv.date"), T(ctx, "column.act"), T(ctx, "column.person"), T(ctx, "audit.address"),
		T(ctx, "audit.detail"), T(ctx, "audit.subject_id"), T(ctx, "audit.book"),
	}
}

// AuditCSVLine is one entry as cells.
func AuditCSVLine(ctx context.Context, e store.AuditEntry, people []store.User) []string {
	return []string{
		cellID(e.ID), cellMoment(ctx, e.At), T(ctx, "audit.act."+e.Act), personName(ctx, e.UserID, people), e.Address,
		auditDetail(ctx, e.Detail), cellID(e.SubjectID), auditWord(ctx, string(e.Book)),
	}
}
