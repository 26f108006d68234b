package views

// A reconciled period as cells of a spreadsheet.

import (
	"context"
	"slices"
	"strings"

	"comptoir/store"
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
	return slices.Concat(e.sharedCells(ctx), e.campayCells(ctx), e.ourCells(ctx))
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
	kind := func(k store.Kind) string { return kindWord(ctx, k, e.Ours.Origin) }
	if t := e.Ours; e.Row.ID == 0 {
		return []string{cellMoment(ctx, loneSince(t)), group, kind(t.Kind), t.Description, cellPhone(t.Phone), operatorName(ctx, t.Operator), t.Code, t.Reference}
	}
	r := e.Row
	return []string{cellMoment(ctx, r.At), group, kind(r.Kind), r.Description, cellPhone(r.Phone), operatorName(ctx, r.Operator), r.Code, r.Reference}
}

func (e Entry) campayCells(ctx context.Context) []string {
	if e.Row.ID == 0 {
		return make([]string, 5)
	}
	r := e.Row
	return []string{
		saidStatus(ctx, r.Status), cellTold(ctx, r.Amount, r.Untold.Amount), cellTold(ctx, r.Charge, r.Untold.Charge),
		cellTold(ctx, r.Debit, r.Untold.Debit), cellTold(ctx, r.Credit, r.Untold.Credit),
	}
}

func (e Entry) ourCells(ctx context.Context) []string {
	if e.Ours.ID == 0 {
		return make([]string, 7)
	}
	t := e.Ours
	return []string{
		cellID(t.ID), T(ctx, "status."+string(stateOf(t))), cellTold(ctx, t.Amount, t.AmountUnknown),
		cellTold(ctx, t.Fee, t.AmountUnknown && t.Fee == 0), cellTold(ctx, t.Net, t.AmountUnknown && t.Net == 0),
		t.ExternalReference, flagTitles(ctx, t),
	}
}

// flagTitles are the flags of a transaction in words.
func flagTitles(ctx context.Context, t store.Transaction) string {
	var titles []string
	for _, f := range t.Flags {
		titles = append(titles, flagText(ctx, t, f, "title"))
	}
	return strings.Join(titles, " · ")
}
