package handlers

// Recorded answers to calls that move money, or make a page on which it moves.

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/handlers/web"
	"comptoir/store"
)

// made is what a call asked for, and what the sandbox answered where it acted.
type made struct {
	External  string `json:"external_reference"`
	Reference string `json:"reference"`
	Link      string `json:"link"`
}

// answersOnce has the next call of a path answered as recorded, and counts in
// sent how often each operation's calls left.
func (s *shop) answersOnce(replay *recordings, path string, r recorded, sent map[string]int) {
	replay.set(path, func(w http.ResponseWriter, req *http.Request) {
		var m made
		body, _ := io.ReadAll(req.Body)
		_ = json.Unmarshal(body, &m) // what it lacks is empty
		sent[m.External]++
		if r.Acts {
			acting := req.Clone(req.Context())
			acting.Body = io.NopCloser(bytes.NewReader(body))
			answer := httptest.NewRecorder()
			s.sandbox.Handler().ServeHTTP(answer, acting)
			_ = json.Unmarshal(answer.Body.Bytes(), &m) // a refusal has none of it
		}
		r.replayed(w, strings.NewReplacer("$reference", m.Reference, "$link", m.Link))
	})
}

// said are CamPay's own words in a recorded refusal.
func (r recorded) said() string {
	var fields struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(r.Answer, &fields) // what has none says nothing
	return fields.Message
}

// plainlySaid are refusals that the screens have clear words of their own for.
func (r recorded) plainlySaid() bool {
	return r.HTTP == http.StatusForbidden || r.HTTP == http.StatusTooManyRequests || plain.MatchString(r.body())
}

var plain = regexp.MustCompile(campay.CodeCarrier + "|" + campay.CodeBalance + "|Rate limit")

// emptyQuotes are quotation marks around nothing.
var emptyQuotes = regexp.MustCompile(`[«“][\s\x{a0}\x{202f}]*[»”]`)

var tags = regexp.MustCompile(`(?s)<[^>]*>`)

// wantRefusal holds that a refused order says so with CamPay's words where there
// are any, and claims nothing where there are none.
func (r recorded) wantRefusal(t *testing.T, got answer) {
	t.Helper()
	page := html.UnescapeString(tags.ReplaceAllString(problems(got), ""))
	if got.status != http.StatusUnprocessableEntity {
		t.Errorf("%s: refused, and the form answered %d", r.It, got.status)
	}
	if words := r.said(); !strings.Contains(page, words) && !r.plainlySaid() {
		t.Errorf("%s: CamPay's words are not on the page: %s", r.It, page)
	}
	if emptyQuotes.MatchString(page) {
		t.Errorf("%s: words are quoted that nobody said: %s", r.It, page)
	}
	if r.Type != "" && strings.Contains(page, "CamPay n’autorise pas") {
		t.Errorf("%s: a page of no one knows whom is taken for CamPay's word: %s", r.It, page)
	}
}

// effects are CamPay's transactions by the operation that they are of.
func (s *shop) effects() map[string][]sandbox.Entry {
	all := map[string][]sandbox.Entry{}
	for _, e := range s.sandbox.Ledger() {
		all[e.ExternalReference] = append(all[e.ExternalReference], e)
	}
	return all
}

func TestRecorded_Collect_IsPendingRefusedOrADoubt_AndAsksNobodyTwice(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	all := readRecorded[recorded](t, "collect.json")
	replay, sent := s.replay(), map[string]int{}
	operations := make([]string, len(all))
	for i, r := range all {
		s.answersOnce(replay, "/api/collect/", r, sent)
		operations[i] = newOperation()
		got := owner.post("/checkout/phone", url.Values{
			"operation": {operations[i]}, "amount": {"500"}, "phone": {string(payerOf(money.MTN, i))},
		})
		sale := s.byOperation(operations[i])
		if !isOneOf(sale.Status, r.Book) {
			t.Errorf("%s: %s, want %s", r.It, sale.Status, r.Book)
		}
		if sale.Status == store.StatusFailed {
			r.wantRefusal(t, got)
		} else if got.status != http.StatusSeeOther {
			t.Errorf("%s: the form answered %d: %s", r.It, got.status, problems(got))
		}
		owner.seen(sale)
	}
	s.onCall.Store(nil)
	for range 20 { // some are asked about at once
		s.clock.pass(15 * time.Second)
		s.work()
	}
	effects := s.effects()
	for i, r := range all {
		sale, theirs := s.byOperation(operations[i]), effects[operations[i]]
		switch {
		case sale.Status == store.StatusInDoubt, sale.Status == store.StatusUnsent:
			t.Errorf("%s: still %s", r.It, sale.Status)
		case len(theirs) > 1:
			t.Errorf("%s: the payer was asked %d times", r.It, len(theirs))
		case sale.Status == store.StatusFailed && len(theirs) > 0 && theirs[0].Status != campay.Failed:
			t.Errorf("%s: called failed, and CamPay has it as %s", r.It, theirs[0].Status)
		case sale.Status != store.StatusFailed && (len(theirs) != 1 || theirs[0].Reference != sale.Reference):
			t.Errorf("%s: CamPay's is not found: %+v", r.It, theirs)
		}
	}
}

func TestRecorded_PaymentLink_SellsWhereverThereIsAPage(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	replay, sent := s.replay(), map[string]int{}
	for _, r := range readRecorded[recorded](t, "get_payment_link.json") {
		s.answersOnce(replay, "/api/get_payment_link/", r, sent)
		operation := newOperation()
		l, err := s.service.CreateLink(t.Context(), payments.LinkOrder{
			Operation: operation, Amount: money.Francs(500), Description: "Pain", PaymentOptions: money.MobileMoney,
		})
		if sale := s.byOperation(operation); !isOneOf(sale.Status, r.Book) {
			t.Errorf("%s: %s (%v), want %s", r.It, sale.Status, err, r.Book)
		} else if hasPage := sale.PaymentURL != ""; hasPage != (r.Book == "waiting") {
			t.Errorf("%s: the page is %q", r.It, sale.PaymentURL)
		}
		if got := owner.get(web.ItemPath("/links/", l.ID)); got.status != http.StatusOK {
			t.Errorf("%s: the link's page answered %d", r.It, got.status)
		}
		for range 5 { // a page that is there is not asked for again
			s.clock.pass(time.Minute)
			s.work()
		}
		if r.Book == "waiting" && sent[operation] != 1 {
			t.Errorf("%s: the page was asked for %d times", r.It, sent[operation])
		}
	}
}

func TestRecorded_Payout_LeavesOnce_WhateverIsAnswered(t *testing.T) {
	t.Parallel()
	for _, way := range []struct{ path, call string }{
		{"/withdraw", "/api/withdraw/"}, {"/airtime", "/api/utilities/airtime/transfer/"},
	} {
		t.Run(way.path[1:], func(t *testing.T) {
			s, owner := fundedShop(t)
			all := readRecorded[recorded](t, "payout.json")
			replay, sent := s.replay(), map[string]int{}
			operations := make([]string, len(all))
			for i, r := range all {
				s.answersOnce(replay, way.call, r, sent)
				form := payoutOf("10", string(payerOf(money.MTN, i)))
				operations[i] = form.Get("operation")
				got := owner.post(way.path+"/confirm", confirmed(form))
				sale := s.byOperation(operations[i])
				if !isOneOf(sale.Status, r.Book) {
					t.Errorf("%s: %s, want %s", r.It, sale.Status, r.Book)
				}
				if sale.Status == store.StatusFailed {
					r.wantRefusal(t, got)
				} else if got.status != http.StatusSeeOther {
					t.Errorf("%s: the form answered %d: %s", r.It, got.status, problems(got))
				}
				owner.seen(sale)
				owner.post(way.path+"/confirm", confirmed(form)) // clicked again
			}
			s.onCall.Store(nil)
			for range 30 {
				s.clock.pass(2 * time.Minute)
				s.work()
			}
			effects := s.effects()
			for i, r := range all {
				sale, theirs := s.byOperation(operations[i]), effects[operations[i]]
				switch {
				case sent[operations[i]] != 1:
					t.Errorf("%s: left %d times", r.It, sent[operations[i]])
				case len(theirs) > 0 && sale.Status != store.StatusSuccessful && (sale.Status != store.StatusInDoubt || way.path == "/withdraw"):
					t.Errorf("%s: the money went, and it is %s", r.It, sale.Status)
				case len(theirs) == 0 && sale.Status != store.StatusFailed && sale.Status != store.StatusInDoubt:
					t.Errorf("%s: nothing went, and it is %s", r.It, sale.Status)
				}
			}
		})
	}
}
