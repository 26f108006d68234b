package web

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/views"
)

func TestForm_WhatIsRefused_IsTheFormsToSay_AndAFaultIsNot(t *testing.T) {
	t.Parallel()
	f := &Form{Ctx: t.Context(), Errors: views.Errors{}}
	if !f.Refused(fmt.Errorf("send: %w", payments.ErrNotSent)) || f.Errors[views.WholeForm].Problem != "unreachable" {
		t.Errorf("%v", f.Errors)
	}
	if f.Refused(errors.New("the disk is full")) || f.Refused(nil) || len(f.Errors) != 1 {
		t.Errorf("a fault of ours became the form's: %v", f.Errors)
	}
}

func TestForm_FiguresOfARefusal_AreInTheReadersWords(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)
	f := &Form{Ctx: views.WithLocale(t.Context(), views.French), Errors: views.Errors{}, now: noon}
	f.Refused(&payments.BalanceError{Operator: money.MTN, Asked: money.Francs(9000), Available: money.Francs(1500), Other: money.Orange, OtherUntold: true})
	f.Refused(&payments.RuleError{Rule: payments.RuleNewRecipient, Until: noon.Add(time.Hour)})
	said := fmt.Sprint(f.Errors["amount"].Figures, f.Errors["phone"].Figures)
	for _, want := range []string{"9\u202f000\u202fFCFA", "1\u202f500\u202fFCFA", "MTN", "Orange", "13:00"} {
		if !strings.Contains(said, want) {
			t.Errorf("%s is not in %s", want, said)
		}
	}
}
