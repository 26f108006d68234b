package handlers

// An amount that CamPay does not tell, on every screen and in every file: never
// zero, never what was asked for as if it had come, and in no sum.

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// zeros are how screens and files write no money at all.
var zeros = regexp.MustCompile(`class="amount" value="0"|(?:^|[^0-9,.\x{202f}\x{a0} ])0[\x{202f}\x{a0} ]FCFA|(?m)^[^\n]*;0(?:,00)?;XAF`)

// unmoved are the wallets of which no row tells of a movement: nothing moved there.
var unmoved = regexp.MustCompile(`(?s)aria-labelledby="wallet-(?:ORANGE|airtime)".*?</section>`)

// sums are those of what was asked for: 1 300 or 1 300 twice, and 777 or 700 more.
var sums = regexp.MustCompile(`value="(2077|2000|3377|3300|2777|4154|4077)"`)

func TestUnknownAmount_OnEveryRoute_IsNeverZeroNorSummed(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	known := owner.request("1 300", "677123450")
	payer := s.browser()
	links := []store.LinkWithState{s.linked(1300), s.linked(0), s.linked(700, func(o *payments.LinkOrder) { o.Kind = store.LinkOnce })}
	payer.onItsWay(payer.paysLink(links[0], "phone", "677123451"))
	s.enterAll()
	s.work()
	first := s.newest().ID

	owner.request("777", "677123456")
	attempts := []string{
		payer.onItsWay(payer.paysLink(links[0], "phone", "677123457")),
		payer.onItsWay(payer.paysLink(links[1], "phone", "677123458", "amount", "777")),
		payer.onItsWay(payer.paysLink(links[2], "phone", "677123459")),
	}
	owner.payOut("/withdraw", payoutOf("777", "699123456"))
	owner.payOut("/airtime", payoutOf("77", "699123457"))
	owner.payOut(known+"/refund", confirmed(payoutOf("300", "")))
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for i, kind := range []store.Kind{store.KindCollect, store.KindWithdraw} {
			if _, err := tx.CreateTransaction(ctx, store.Transaction{
				Kind: kind, Origin: store.OriginExternal, Status: store.StatusSuccessful, AmountUnknown: true, Flags: store.Flags{store.FlagAmountUnknown},
				ExternalReference: newOperation(), Reference: newOperation(), Currency: "XAF", Operator: "MTN", Phone: money.Phone("23767712346" + strconv.Itoa(i)),
				CreatedAt: s.clock.now(), SettledAt: s.clock.now(), NewsAt: s.clock.now(),
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	s.says(sandbox.AmountUntold, "None")
	s.enterAll()
	for range 3 {
		s.work()
		s.clock.pass(time.Minute)
	}
	s.answers("/history/", http.StatusOK, `{"data":[{"datetime":"`+s.clock.now().Format("2006-01-02T15:04:05Z")+`","code":"CP260101D0001P","operator":"MTN","phone_number":"237677123470",
		"description":"?","amount":"None","charge_amount":null,"debit":null,"credit":"None","status":"SUCCESSFUL","reference_uuid":"`+newOperation()+`"}]}`)
	owner.post("/reconciliation", today)
	s.work()

	all, err := s.store.Transactions(t.Context(), store.TransactionFilter{})
	s.must(err)
	var ids []string
	for _, x := range all {
		if x.ID > first {
			if !x.AmountUnknown {
				t.Errorf("%s %d is not unknown but %s", x.Kind, x.ID, x.Status)
			}
			ids = append(ids, strconv.FormatInt(x.ID, 10))
		}
	}
	var pages []string
	for _, r := range s.server.routes() {
		switch {
		case r.method != http.MethodGet || strings.HasSuffix(r.path, "/live") || r.path == "/styleguide":
		case strings.HasPrefix(r.path, "/links/:id"):
			for _, l := range links {
				pages = append(pages, strings.Replace(r.path, ":id", strconv.FormatInt(l.ID, 10), 1))
			}
		case strings.HasPrefix(r.path, "/p/:slug/:operation"):
			for _, attempt := range attempts {
				pages = append(pages, attempt+strings.TrimPrefix(r.path, "/p/:slug/:operation"))
			}
		case strings.HasPrefix(r.path, "/p/:slug"):
			for _, l := range links {
				pages = append(pages, strings.Replace(r.path, ":slug", l.Slug, 1))
			}
		case strings.Contains(r.path, ":id"):
			for _, id := range ids {
				pages = append(pages, strings.Replace(r.path, ":id", id, 1))
			}
		case !strings.Contains(r.path, ":"):
			pages = append(pages, r.path+"?"+today.Encode())
		}
	}
	receipts := map[string]bool{}
	seen := 0
	for _, page := range pages {
		b := owner
		if strings.HasPrefix(page, "/p/") {
			b = payer
		}
		got := b.get(page)
		if to := got.header.Get("Location"); strings.HasPrefix(to, "/r/") && !receipts[to] {
			receipts[to] = true
			got = payer.get(to)
		}
		got.body = unmoved.ReplaceAllString(got.body, "")
		if got.status == http.StatusOK {
			seen++
		}
		if at := zeros.FindStringIndex(got.body); at != nil {
			t.Errorf("%s says a zero: …%s…", page, got.body[max(0, at[0]-200):min(len(got.body), at[1]+60)])
		}
		if sum := sums.FindString(got.body); sum != "" {
			t.Errorf("%s sums what is unknown to %s", page, sum)
		}
	}
	if seen < 80 {
		t.Errorf("%d pages of %d were seen", seen, len(pages))
	}
	told := 0
	for line := range strings.Lines(owner.get("/reconciliation.csv?" + today.Encode()).body) {
		if strings.Contains(line, ";inconnu;") {
			told++
			if strings.Contains(strings.TrimRight(line, "\r\n")+";", ";0;") {
				t.Errorf("a line of the file has a zero: %s", line)
			}
		}
	}
	if told < 7 {
		t.Errorf("%d lines of the file tell that they are unknown", told)
	}
	refund := owner.post("/transactions/"+ids[len(ids)-1]+"/refund", payoutOf("100", ""))
	refund.wantWords(t, "refund", []string{"CamPay ne dit pas combien ce client a payé"}, "ont été encaissés")
	claim := owner.post("/checkout/claim", url.Values{"phone": {"677123456"}, "amount": {"777"}})
	claim.wantWords(t, "claim", []string{"montant inconnu"}, unpaid...)
	owner.get("/").wantWords(t, "home", []string{"2\u202f600"})

	// Nothing that reckons with amounts takes an unknown one for a small one.
	usual, err := s.store.UsualPayouts(t.Context(), store.KindWithdraw)
	s.must(err)
	for _, hundredths := range usual {
		if hundredths == 0 {
			t.Error("an unknown payout is a usual one of nothing")
		}
	}
	for _, x := range all {
		if left, err := s.service.Refundable(t.Context(), x); err != nil || x.AmountUnknown && left != 0 {
			t.Errorf("of %d %v may be given back, %v", x.ID, left, err)
		}
	}
}

// enterAll has every payer that is asked say yes.
func (s *shop) enterAll() {
	s.t.Helper()
	for _, p := range s.sandbox.Prompts() {
		s.must(s.sandbox.Enter(p.Reference, "1234"))
	}
}
