package campay_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
)

func only(t *testing.T, s *server) received {
	t.Helper()
	all := s.got("")
	if len(all) != 1 {
		t.Fatalf("%d requests", len(all))
	}
	return all[0]
}

func expect(t *testing.T, s *server, method, path string, body map[string]any) {
	t.Helper()
	want := received{Method: method, Path: path, Token: "Token " + permanentToken, Body: body}
	if got := only(t, s); !reflect.DeepEqual(got, want) {
		t.Errorf("\nsent %+v\nwant %+v", got, want)
	}
}

func TestCollect_SendsAndReadsTheDocumentedShapes(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"reference":"`+ref+`","ussd_code":"#150*50#","operator":"orange"}`))
	got, err := clientOf(t, s).Collect(t.Context(), collection)
	if err != nil {
		t.Fatal(err)
	}
	if got.Reference != ref || got.USSDCode != "#150*50#" || got.Operator != money.Orange || !strings.Contains(string(got.Raw), "ussd") {
		t.Errorf("got %+v", got)
	}
	expect(t, s, "POST", "/api/collect/", map[string]any{
		"amount": "5", "currency": "XAF", "from": "237677123456", "description": "Test",
		"external_reference": collection.ExternalReference, "external_user": "op-1",
	})
}

func TestCollect_WithABareReference_KnowsThePayersOperator(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"reference":"`+ref+`","operator":null}`))
	got, err := clientOf(t, s).Collect(t.Context(), collection)
	if err != nil || got.Operator != money.MTN || got.USSDCode != "*126#" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPaymentLink_SendsAndReadsTheDocumentedShapes(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"link":"https://demo.campay.net/pay/x","reference":"`+ref+`","status":"SUCCESSFUL"}`))
	got, err := clientOf(t, s).PaymentLink(t.Context(), campay.PaymentLinkRequest{
		Amount: money.Francs(2500), From: payer, Description: "<Test & more>", FirstName: "First", LastName: "Last",
		Email: "test@example.com", ExternalReference: "d", RedirectURL: "https://example.com/ok",
		FailureRedirectURL: "https://example.com/no", PaymentOptions: money.MobileMoneyCard, PayerCanPayMore: true,
	})
	if err != nil || got.URL != "https://demo.campay.net/pay/x" || got.Reference != ref || got.Raw == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	expect(t, s, "POST", "/api/get_payment_link/", map[string]any{
		"amount": "2500", "currency": "XAF", "from": "237677123456", "description": "<Test & more>",
		"first_name": "First", "last_name": "Last", "email": "test@example.com", "external_reference": "d",
		"redirect_url": "https://example.com/ok", "failure_redirect_url": "https://example.com/no",
		"payment_options": "MOMO,CARD", "payer_can_pay_more": "yes",
	})
}

func TestPaymentLink_LeavesOutWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"link":"https://demo.campay.net/pay/x","reference":"`+ref+`"}`))
	if _, err := clientOf(t, s).PaymentLink(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "POST", "/api/get_payment_link/", map[string]any{
		"amount": "5", "currency": "XAF", "description": "Test", "external_reference": "d", "payer_can_pay_more": "no",
	})
}

func TestPaymentLink_ThatIsNoWebAddress_IsNotPassedOn(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "javascript:alert(1)", "/pay/x", "https://", "%zz", "data:text/html,x", "javascript://x.example/%0aalert(1)", "ftp://x.example/"} {
		s := serve(t, say(200, `{"link":"`+bad+`","reference":"`+ref+`"}`))
		got, err := clientOf(t, s).PaymentLink(t.Context(), link)
		if !errors.Is(err, campay.ErrAnswer) || !campay.IsLost(err) || got.URL != "" {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
}

func TestWithdraw_SendsAndReadsTheDocumentedShapes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]campay.Status{
		`{"reference":"` + ref + `"}`:                    "",
		`{"reference":"` + ref + `","status":"pending"}`: campay.Pending,
	} {
		s := serve(t, say(200, body))
		got, err := clientOf(t, s).Withdraw(t.Context(), withdrawal)
		if err != nil || got.Reference != ref || got.Status != want || string(got.Raw) != body {
			t.Errorf("got %+v, %v", got, err)
		}
		expect(t, s, "POST", "/api/withdraw/", map[string]any{
			"amount": "1", "to": "237677123456", "description": "Test", "external_reference": "b",
		})
	}
}

func TestTransferAirtime_SendsAndReadsTheDocumentedShapes(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"reference":"`+ref+`","status":"PENDING"}`))
	got, err := clientOf(t, s).TransferAirtime(t.Context(), airtime)
	if err != nil || got.Reference != ref || got.Status != campay.Pending || got.Raw == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	expect(t, s, "POST", "/api/utilities/airtime/transfer/", map[string]any{
		"amount": "100", "to": "237677123456", "external_reference": "c",
	})
}

func TestTransaction_ReadsEveryShapeOfTheSameTruth(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]campay.Transaction{
		`{"reference":"` + ref + `","external_reference":"e","status":"SUCCESSFUL","amount":5,"currency":"XAF","operator":"MTN",
		  "code":"CP201027T00005","operator_reference":"1880106956","description":"Test","app_amount":"4.90","reason":"","phone_number":"237677123456","extra":{}}`: {
			Reference: ref, ExternalReference: "e", Status: campay.Successful, Amount: money.Tell(500), NetAmount: money.Tell(490), Currency: "XAF",
			Operator: money.MTN, Code: "CP201027T00005", OperatorReference: "1880106956", Description: "Test", Phone: "237677123456",
		},
		`{"reference":"` + strings.ToUpper(ref) + `","external_reference":null,"status":"failed","amount":"5.00","currency":"XAF","operator":"Orange",
		  "code":"None","operator_reference":null,"description":"None","app_amount":"None","reason":"Payer refused","phone_number":237677123456}`: {
			Reference: strings.ToUpper(ref), Status: campay.Failed, Amount: money.Tell(500), Currency: "XAF", Operator: money.Orange,
			Reason: "Payer refused", Phone: "237677123456",
		},
		`{"reference":"` + ref + `","status":"PENDING","amount":5.0}`: {Reference: ref, Status: campay.Pending, Amount: money.Tell(500)},
		`{"reference":"` + ref + `","status":"REVERSED"}`:             {Reference: ref, Status: "REVERSED"},
	} {
		s := serve(t, say(200, body))
		got, err := clientOf(t, s).Transaction(t.Context(), ref)
		if err != nil || string(got.Raw) != body {
			t.Errorf("%s: %v", body, err)
		}
		got.Raw = nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("\ngot  %+v\nwant %+v", got, want)
		}
		expect(t, s, "GET", "/api/transaction/"+ref+"/", nil)
	}
}

func TestTransaction_OfAnotherReference_IsNotTakenForThisOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"reference":"another","status":"SUCCESSFUL","amount":5}`, `{"status":"SUCCESSFUL","amount":5}`,
		`{"reference":"` + ref + `","amount":5}`, `{"reference":"` + ref + `","status":{}}`, `{"Reference":"` + ref + `","status":"FAILED"}`,
		`{"reference":"` + ref + `","Status":"SUCCESSFUL","amount":5}`,
		`{"reference":"` + ref + `","status":"SUCCESSFUL","status":"FAILED","amount":5}`,
		`{"reference":"` + ref + `","status":"SUCCESSFUL","amount":5,"am\u006funt":6}`,
	} {
		for _, op := range []string{"transaction", "utility transaction"} {
			if err := reads[op](t.Context(), clientOf(t, serve(t, say(200, body)))); !errors.Is(err, campay.ErrAnswer) || !campay.IsLost(err) {
				t.Errorf("%s: %s: %v", op, body, err)
			}
		}
	}
}

func TestUtilityTransaction_ReadsTheDocumentedShape(t *testing.T) {
	t.Parallel()
	body := `{"reference":"` + ref + `","external_reference":"e","status":"SUCCESSFUL","amount":100,"currency":"XAF",
		"operator":"ORANGE_CM","code":"CP220804U0649K","type":"AIRTIME","reason":""}`
	s := serve(t, say(200, body))
	got, err := clientOf(t, s).UtilityTransaction(t.Context(), ref)
	got.Raw = nil
	want := campay.UtilityTransaction{
		Reference: ref, ExternalReference: "e", Status: campay.Successful, Amount: money.Tell(money.Francs(100)), Currency: "XAF",
		Operator: "ORANGE_CM", Code: "CP220804U0649K", Type: "AIRTIME",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	expect(t, s, "GET", "/api/utilities/transaction/"+ref+"/", nil)
}

func TestBalance_KeepsItsDecimals(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"total_balance":3.05,"mtn_balance":2,"orange_balance":"1.05","currency":"XAF","utility_balance":7.1e-15}`))
	got, err := clientOf(t, s).Balance(t.Context())
	got.Raw = nil
	if err != nil || !reflect.DeepEqual(got, campay.Balance{
		Total: money.Tell(305), MTN: money.Tell(200), Orange: money.Tell(105), Utility: money.Tell(0), Currency: "XAF",
	}) {
		t.Errorf("got %+v, %v", got, err)
	}
	expect(t, s, "GET", "/api/balance/", nil)
}

func TestBalance_ThatIsNotInTheAnswer_IsNotZero(t *testing.T) {
	t.Parallel()
	one, none := money.Tell(100), money.Told{}
	for body, want := range map[string]campay.Balance{
		`{"total_balance":null,"mtn_balance":1,"orange_balance":1}`: {Total: none, MTN: one, Orange: one},
		`{"total_balance":1}`: {Total: one},
		`{"total_balance":"None","mtn_balance":1,"orange_balance":1}`:               {MTN: one, Orange: one},
		`{"total_balance":1,"mtn_balance":"","orange_balance":1,"currency":"xaf "}`: {Total: one, Orange: one, Currency: "XAF"},
		`{"total_balance":1,"mtn_balance":"1 000,5","orange_balance":[1]}`:          {Total: one},
		`{"total_balance":1,"MTN_balance":1,"orange_balance":1}`:                    {Total: one, Orange: one},
		`{"total_balance":1,"currency":"EUR","mtn_balance":1}`:                      {Total: one, MTN: one, Currency: "EUR"},
	} {
		got, err := clientOf(t, serve(t, say(200, body))).Balance(t.Context())
		got.Raw = nil
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	for _, body := range []string{`{}`, `[]`, `null`, `{"total_balance":"None","mtn_balance":null}`, `{"utility_balance":5,"currency":"XAF"}`,
		`{"total_balance":1,"mtn_balance":1,"orange_balance":1,"mtn_balance":9}`,
	} {
		if _, err := clientOf(t, serve(t, say(200, body))).Balance(t.Context()); !errors.Is(err, campay.ErrAnswer) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestHistory_ReadsRowsWithAndWithoutZone(t *testing.T) {
	t.Parallel()
	s := serve(t, say(200, `{"data":[
		{"datetime":"2021-01-29T09:52:34.876707Z","code":"CP210129D0001P","operator_tx_code":"MP210129.1052.A35072","operator":"Orange",
		 "phone_number":"237696546822","description":"Test","external_user":"op-1","amount":5,"charge_amount":0.05,"debit":0,"credit":4.95,
		 "status":"SUCCESSFUL","reference_uuid":"`+ref+`"},
		{"datetime":"2026-07-01T10:00:00.5+01:00","debit":"5.0","charge_amount":0.5700000000000001},
		{"datetime":"2026-07-01T10:00:00.5"},{"datetime":"2026-07-01 10:00:00"},{"datetime":"2026-07-01T11:00:00+0100"},
		{"datetime":"yesterday","operator":"None","amount":null}]}`))
	c := clientOf(t, s)
	douala := time.FixedZone("WAT", 3600)
	rows, err := c.History(t.Context(), time.Date(2021, 1, 1, 0, 30, 0, 0, douala), time.Date(2021, 1, 30, 23, 59, 0, 0, douala))
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	expect(t, s, "POST", "/api/history/", map[string]any{"start_date": "2021-01-01", "end_date": "2021-01-30"})
	first := rows[0]
	if !strings.Contains(string(first.Raw), "CP210129D0001P") || strings.Contains(string(first.Raw), "+01:00") {
		t.Errorf("raw %s", first.Raw)
	}
	first.Raw = nil
	want := campay.HistoryRow{
		At: time.Date(2021, 1, 29, 9, 52, 34, 876707000, time.UTC), Code: "CP210129D0001P", OperatorReference: "MP210129.1052.A35072",
		Operator: money.Orange, Phone: "237696546822", Description: "Test", ExternalUser: "op-1",
		Amount: money.Tell(500), Charge: money.Tell(5), Debit: money.Tell(0), Credit: money.Tell(495), Status: campay.Successful, Reference: ref,
	}
	if !reflect.DeepEqual(first, want) {
		t.Errorf("\ngot  %+v\nwant %+v", first, want)
	}
	if rows[1].Debit != money.Tell(500) || rows[1].Charge != money.Tell(57) || rows[1].Credit.Known {
		t.Errorf("got %+v", rows[1])
	}
	for i, at := range []time.Time{
		time.Date(2026, 7, 1, 9, 0, 0, 5e8, time.UTC), time.Date(2026, 7, 1, 9, 0, 0, 5e8, time.UTC),
		time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC), {},
	} {
		if rows[i+1].At != at {
			t.Errorf("row %d: %v; want %v", i+1, rows[i+1].At, at)
		}
	}
}

func TestHistory_MayBeLongAndMayBeEmpty(t *testing.T) {
	t.Parallel()
	row := `{"datetime":"2026-07-01T10:00:00","description":"` + strings.Repeat("x", 1000) + `"}`
	long := `{"data":[` + strings.Repeat(row+",", 2000) + row + `]}`
	for body, want := range map[string]int{long: 2001, `{"data":[]}`: 0} {
		rows, err := clientOf(t, serve(t, say(200, body))).History(t.Context(), noon, noon)
		if err != nil || len(rows) != want {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	}
	endless := `{"data":[],"x":"` + strings.Repeat("x", 16<<20) + `"}`
	if _, err := clientOf(t, serve(t, say(200, endless))).History(t.Context(), noon, noon); !errors.Is(err, campay.ErrAnswer) {
		t.Errorf("more than 16 MiB: %v", err)
	}
	for _, bad := range []string{`{}`, `{"data":null}`, `{"data":7}`, `{"data":[],"data":[]}`, `{"Data":[]}`} {
		if _, err := clientOf(t, serve(t, say(200, bad))).History(t.Context(), noon, noon); !errors.Is(err, campay.ErrAnswer) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestHistory_OneUnreadableRow_HarmsNoOther(t *testing.T) {
	t.Parallel()
	good := `{"reference_uuid":"` + ref + `","status":"successful","amount":"None","operator_tx_code":null,"credit":-4.0,"operator":"MTN_CM"}`
	for _, bad := range []string{`7`, `null`, `[]`, `{"status":{}}`, `{"amount":5,"amount":6}`, `"row"`} {
		rows, err := clientOf(t, serve(t, say(200, `{"data":[`+bad+`,`+good+`]}`))).History(t.Context(), noon, noon)
		if err != nil || len(rows) != 2 || !rows[0].Unreadable || string(rows[0].Raw) != bad {
			t.Fatalf("%s: %+v, %v", bad, rows, err)
		}
		if r := rows[1]; r.Unreadable || r.Reference != ref || r.Status != campay.Successful || r.Amount.Known ||
			r.Credit != money.Tell(-400) || r.Debit.Known || r.OperatorReference != "" || r.Operator != money.MTN {
			t.Errorf("beside %s: %+v", bad, r)
		}
	}
}

func TestTransaction_AnAmountThatIsNotTold_IsUnknownAndNotZero(t *testing.T) {
	t.Parallel()
	for amount, want := range map[string]money.Told{
		`"0.00"`: money.Tell(0), `0`: money.Tell(0), `"5.00"`: money.Tell(500),
		`"None"`: {}, `""`: {}, `null`: {}, `"five"`: {}, `{}`: {}, `[5]`: {}, `true`: {}, `1e999`: {}, `"1,000"`: {},
	} {
		got, err := clientOf(t, serve(t, say(200, `{"reference":"`+ref+`","status":"SUCCESSFUL","AMOUNT":7,"amount":`+amount+`}`))).Transaction(t.Context(), ref)
		if err != nil || got.Amount != want {
			t.Errorf("%s: %+v, %v", amount, got.Amount, err)
		}
	}
	for _, t2 := range []money.Told{money.Tell(-1), money.Tell(money.MostMoved + 1)} {
		if t2.Moved().Known {
			t.Errorf("%s was moved", t2)
		}
	}
}

func TestTransaction_AStatusThatNobodyKnows_ComesThroughAsItIs(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]campay.Status{
		"successful": campay.Successful, "Failed": campay.Failed, "pending": campay.Pending,
		"SUCCESS": "SUCCESS", "Expired": "Expired", "CANCELLED": "CANCELLED",
		strings.Repeat("é", 100): campay.Status(strings.Repeat("é", 40) + "…"),
	} {
		got, err := clientOf(t, serve(t, say(200, `{"reference":"`+ref+`","status":"`+word+`"}`))).Transaction(t.Context(), ref)
		if err != nil || got.Status != want || got.Status.Final() != (want == campay.Successful || want == campay.Failed) {
			t.Errorf("%s: %q, %v", word, got.Status, err)
		}
	}
}

func TestValidation_StopsACallBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	s := serve(t, say(500, ""))
	c, ctx := clientOf(t, s), t.Context()
	collect := func(amount money.XAF, from money.Phone) error {
		_, err := c.Collect(ctx, campay.CollectRequest{Amount: amount, From: from})
		return err
	}
	var wrong []error
	for _, amount := range []money.XAF{0, -500, 450, 1, money.Francs(2_000_000_000_000_000)} {
		_, withdraw := c.Withdraw(ctx, campay.WithdrawRequest{Amount: amount, To: payer})
		_, airtime := c.TransferAirtime(ctx, campay.AirtimeRequest{Amount: amount, To: payer})
		_, link := c.PaymentLink(ctx, campay.PaymentLinkRequest{Amount: amount})
		for _, err := range []error{collect(amount, payer), withdraw, airtime, link} {
			if !errors.Is(err, money.ErrAmount) {
				t.Errorf("amount %s: %v", amount, err)
			}
			wrong = append(wrong, err)
		}
	}
	for _, phone := range []money.Phone{"677123456", "+237677123456", "237222123456", "x"} {
		_, link := c.PaymentLink(ctx, campay.PaymentLinkRequest{Amount: money.Francs(5), From: phone})
		for _, err := range []error{collect(money.Francs(5), phone), link} {
			if !errors.Is(err, money.ErrPhone) {
				t.Errorf("phone %s: %v", phone, err)
			}
			wrong = append(wrong, err)
		}
	}
	for _, reference := range []string{
		"", ".", "..", "../balance", "a/b", "a?b", "a#b", "a%2fb", "a b", "a\n", "é", strings.Repeat("a", 65),
	} {
		_, transaction := c.Transaction(ctx, reference)
		_, utility := c.UtilityTransaction(ctx, reference)
		for _, err := range []error{transaction, utility} {
			if !errors.Is(err, campay.ErrReference) {
				t.Errorf("reference %q: %v", reference, err)
			}
			wrong = append(wrong, err)
		}
	}
	_, err := c.History(context.Background(), noon, noon.AddDate(0, 0, -1))
	for _, err := range append(wrong, err) {
		if e := asError(t, err); e.Effect != campay.NotSent {
			t.Errorf("%v", e)
		}
	}
	if n := len(s.got("")); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestStatus_Final(t *testing.T) {
	t.Parallel()
	for s, want := range map[campay.Status]bool{
		campay.Successful: true, campay.Failed: true, campay.Pending: false, "": false, "REVERSED": false,
	} {
		if s.Final() != want {
			t.Errorf("%q", s)
		}
	}
}
