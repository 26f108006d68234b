package campay_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"comptoir/campay"
)

func TestError_CarriesCamPaysOwnCodeAndWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 501)
	for body, want := range map[string]struct{ code, message string }{
		`{"message":"This is a demo system. Maximum amount is 25.00 XAF","error_code":"ER201"}`: {
			campay.CodeAmount, "This is a demo system. Maximum amount is 25.00 XAF",
		},
		`{"message":"new","error_code":"ER999"}`:                         {"ER999", "new"},
		`{"message":"m","error_code":301}`:                               {"301", "m"},
		`{"error_code":"ER101"}`:                                         {"ER101", ""},
		`{"error_code":"ER201","amount":["A valid integer is needed."]}`: {"ER201", "amount: A valid integer is needed."},
		`{"detail":"Invalid token."}`:                                    {"", "Invalid token."},
		`{"non_field_errors":["One.","Two."]}`:                           {"", "One.; Two."},
		`{"to":["Bad."],"amount":["Needed.",null,""]}`:                   {"", "amount: Needed.; to: Bad."},
		`{"message":{"amount":["Bad."]}}`:                                {"", "amount: Bad."},
		`["Only this."]`:                                                 {"", "Only this."},
		`"Only this."`:                                                   {"", "Only this."},
		`{"message":"a\nb\u0000c"}`:                                      {"", "a b c"},
		`{"message":"` + long + `"}`:                                     {"", long[:1000] + "…"},
		proxyPage:                                                        {"", ""},
		``:                                                               {"", ""},
		`{}`:                                                             {"", ""},
		`{"message":null,"error_code":null}`:                             {"", ""},
	} {
		s := serve(t, say(400, body))
		_, err := clientOf(t, s).Collect(t.Context(), collection)
		e := asError(t, err)
		if e.Code != want.code || e.Message != want.message || campay.ErrorCode(err) != want.code {
			t.Errorf("%s: %q %q", body, e.Code, e.Message)
		}
		if string(e.Raw) != body {
			t.Errorf("%s: kept as %s", body, e.Raw)
		}
		if nothing := e.Code == "" && e.Message == ""; nothing != errors.Is(err, campay.ErrAnswer) {
			t.Errorf("%s: %v", body, err)
		}
		if strings.Contains(err.Error(), "<html>") {
			t.Errorf("a proxy's page shows in %v", err)
		}
	}
}

func TestError_KeepsOnlyTheBeginningOfALongAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, say(500, strings.Repeat("x", 1<<16)))
	_, err := clientOf(t, s).Collect(t.Context(), collection)
	if n := len(asError(t, err).Raw); n != 4096 {
		t.Errorf("kept %d bytes", n)
	}
}

func TestError_SaysWhatHappened(t *testing.T) {
	t.Parallel()
	e := &campay.Error{Op: "withdraw", HTTPStatus: 400, Code: "ER301", Message: "Insufficient balance", Effect: campay.Refused}
	if got := e.Error(); got != "campay withdraw: refused: HTTP 400 ER301: Insufficient balance" {
		t.Errorf("got %q", got)
	}
	e = &campay.Error{Op: "withdraw", Err: errors.New("cut")}
	if got := e.Error(); got != "campay withdraw: answer lost: cut" {
		t.Errorf("got %q", got)
	}
}

func TestIsNotFound_MeansTheTransactionAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		want   bool
	}{
		{404, `{"detail":"Not found."}`, true},
		{404, ``, false},
		{404, `<html>not found</html>`, false},
		{400, `{"message":"Transaction does not exist"}`, true},
		{400, `{"detail":"Reference not found"}`, true},
		{400, `{"message":"Transaction doesn't exist"}`, true},
		{400, `{"message":"Invalid reference"}`, false},
		{400, ``, false},
		{401, `{"detail":"User not found"}`, false},
		{403, `{"detail":"x"}`, false},
		{500, `{"detail":"Not found."}`, false},
		{200, `{"message":"Not found"}`, false},
	} {
		s := serve(t, say(c.status, c.body))
		for _, op := range []string{"transaction", "utility transaction"} {
			if err := reads[op](t.Context(), clientOf(t, s)); campay.IsNotFound(fmt.Errorf("x: %w", err)) != c.want {
				t.Errorf("%s %d %s: %v", op, c.status, c.body, err)
			}
		}
		if err := reads["balance"](t.Context(), clientOf(t, s)); campay.IsNotFound(err) {
			t.Errorf("no transaction was asked for: %v", err)
		}
	}
	if campay.IsNotFound(nil) || campay.IsNotFound(errors.New("not found")) {
		t.Error("an error of others counts as not found")
	}
}

func TestIsLost_TakesTheUnknownForLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("anything"), true},
		{&campay.Error{}, true},
		{fmt.Errorf("x: %w", &campay.Error{Effect: campay.NotSent}), false},
		{&campay.Error{Effect: campay.Refused}, false},
	} {
		if got := campay.IsLost(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	if campay.ErrorCode(errors.New("x")) != "" {
		t.Error("a code in an error of others")
	}
}
