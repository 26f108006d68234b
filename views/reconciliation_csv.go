package views

// A reconciled period as cells of a table that programs read: moments in
// Douala, amounts in francs with a point, words in the reader's language.

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// CSVHeader names the cells of CSVLine.
func CSVHeader(ctx context.Context) []string {
	return []string{
		T(ctx, "csv.date"), T(ctx, "csv.group"), T(ctx, "csv.kind"), T(ctx, "csv.description"), T(ctx, "csv.phone"),
		T(ctx, "csv.operator"), T(ctx, "csv.code"), T(ctx, "csv.reference"),
		T(ctx, "csv.status"), T(ctx, "csv.amount"), T(ctx, "csv.fee"), T(ctx, "csv.debit"), T(ctx, "csv.credit"),
		T(ctx, "csv.our_id"), T(ctx, "csv.our_status"), T(ctx, "csv.our_amount"), T(ctx, "csv.our_fee"), T(ctx, "csv.our_net"),
		T(ctx, "csv.our_reference"), T(ctx, "csv.flags"),
	}
}

// CSVLine is one entry of a reconciled period. Where only one side has it, the
// cells of the other are empty.
func CSVLine(ctx context.Context, e Entry) []string {
	return slices.Concat(e.sharedCells(ctx), e.campayCells(), e.ourCells())
}

// group is the group that an entry is in; empty for a row that was not compared.
func (e Entry) group() Group {
	if e.Row.ID == 0 {
		return GroupOnlyHere
	}
	return Group(e.Row.Finding)
}

func (e Entry) sharedCells(ctx context.Context) []string {
	group := ""
	if g := e.group(); g != "" {
		group = T(ctx, "group."+string(g))
	}
	if t := e.Ours; e.Row.ID == 0 {
		return []string{instant(loneSince(t)), group, string(t.Kind), t.Description, t.Phone, t.Operator, t.Code, t.Reference}
	}
	r := e.Row
	return []string{instant(r.At), group, string(r.Kind), r.Description, r.Phone, r.Operator, r.Code, r.Reference}
}

func (e Entry) campayCells() []string {
	if e.Row.ID == 0 {
		return make([]string, 5)
	}
	r := e.Row
	return []string{r.Status, machine(r.Amount), machine(r.Charge), machine(r.Debit), machine(r.Credit)}
}

func (e Entry) ourCells() []string {
	if e.Ours.ID == 0 {
		return make([]string, 7)
	}
	t := e.Ours
	return []string{
		strconv.FormatInt(t.ID, 10), string(t.Status), machine(t.Amount), machine(t.Fee), machine(t.Net),
		t.ExternalReference, t.Flags.String(),
	}
}

// instant is a moment in Douala as programs read it.
func instant(at time.Time) string { return at.In(douala()).Format(time.DateTime) }
