package views

// Why a list is empty: what its filters leave out, in words.

import (
	"context"
	"strings"

	"comptoir/store"
)

func nothingText(ctx context.Context, search, hint string, filters []string) string {
	on := strings.Join(filters, " · ")
	switch {
	case len(filters) == 0:
		return hint
	case search == "":
		return T(ctx, "list.nothing_filter", "Count", len(filters), "Filters", on)
	default:
		return T(ctx, "list.nothing_both", "Count", len(filters), "Filters", on, "Search", search)
	}
}

// filters are the filters in force, as their controls call them.
func (props TransactionsProps) filters(ctx context.Context) []string {
	var on []string
	if props.Link != 0 {
		on = append(on, T(ctx, "filter.link"))
	}
	if props.Status != "" {
		on = append(on, T(ctx, "filter."+string(props.Status)))
	}
	if props.Flagged {
		on = append(on, T(ctx, "filter.flagged"))
	}
	return on
}

func (props LinksProps) filters(ctx context.Context) []string {
	if props.Put == store.LinksActive {
		return nil
	}
	return []string{T(ctx, "links.archived")}
}

func (props WebhooksProps) filters(ctx context.Context) []string {
	if props.Verdict == "" {
		return nil
	}
	return []string{T(ctx, "filter."+string(props.Verdict))}
}

func (props AuditProps) filters(ctx context.Context) []string {
	var on []string
	if props.Kind != "" {
		on = append(on, T(ctx, "audit.kind."+props.Kind))
	}
	if props.Person != 0 {
		on = append(on, personName(ctx, props.Person, props.People))
	}
	for _, bound := range []struct{ field, day string }{{"field.from", props.From}, {"field.to", props.To}} {
		if bound.day != "" {
			on = append(on, T(ctx, bound.field)+" "+auditValue(ctx, "from", bound.day))
		}
	}
	return on
}
