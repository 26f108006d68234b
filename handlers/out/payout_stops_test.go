package out

// Every way in which money does not go out ends on a page that says so, in both
// languages, with the figures and what to do.

import (
	"errors"
	"testing"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/views"
)

func TestPayout_SurelyNotSent_IsTheFormsToSay(t *testing.T) {
	f, s := &web.Form{Ctx: t.Context(), Errors: views.Errors{}}, &Screens{}
	if !s.stopped(f, payments.ErrNotSent) || f.Errors[views.WholeForm].Problem != views.ProblemUnreachable {
		t.Errorf("%v", f.Errors)
	}
	if s.stopped(f, errors.New("the disk is full")) {
		t.Error("a fault of ours became the form's")
	}
}
