package handlers

// Every way in which money does not go out ends on a page that says so, in both
// languages, with the figures and what to do.

import (
	"database/sql"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"comptoir/campay/money"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// stop is a reason for which money does not go out.
type stop struct {
	name    string
	path    string
	amount  string
	arrange func(*shop)
	field   string // "" for the whole form
	says    [2]string
}

func rules(r store.PayoutRules) func(*shop) {
	return func(s *shop) { s.must(s.service.SetRules(s.t.Context(), r, "", 1)) }
}

// stopsBefore are those that the review tells already; the last one pays out.
var stopsBefore = []stop{
	{"frozen", "/withdraw", "5 000", func(s *shop) { s.must(s.service.Freeze(s.t.Context(), 1)) }, "",
		[2]string{"Un propriétaire a gelé toutes les sorties d’argent. Rien n’est parti.", "An owner froze all money out. Nothing left."}},
	{"hours", "/withdraw", "5 000", rules(store.PayoutRules{FromHour: 18, ToHour: 20}), "",
		[2]string{"entre 18\u00a0h et 20\u00a0h. Rien n’est parti", "between 18:00 and 20:00 only. Nothing left"}},
	{"saved recipients", "/withdraw", "5 000", rules(store.PayoutRules{SavedOnly: true}), "phone",
		[2]string{"que les destinataires enregistrés, et ce numéro n’en est pas un. Rien n’est parti", "saved recipients only, and this number is not one. Nothing left"}},
	{"new recipient", "/withdraw", "5 000", rules(store.PayoutRules{NewRecipientWait: 2 * time.Hour}), "phone",
		[2]string{"à partir de 12:34. Rien n’est parti", "from 12:34 on. Nothing left"}},
	{"each", "/withdraw", "5 000", rules(store.PayoutRules{MostEach: 400_000}), "amount",
		[2]string{"limitent chaque envoi à 4\u202f000\u202fFCFA. Rien n’est parti", "limit each payout to 4\u202f000\u202fFCFA. Nothing left"}},
	{"day", "/withdraw", "5 000", rules(store.PayoutRules{MostDay: 450_000}), "amount",
		[2]string{"4\u202f500\u202fFCFA par jour\u00a0: il reste 4\u202f500\u202fFCFA pour aujourd’hui. Rien n’est parti", "4\u202f500\u202fFCFA a day: 4\u202f500\u202fFCFA is left for today. Nothing left"}},
	{"airtime of the day", "/airtime", "5 000", rules(store.PayoutRules{AirtimeDay: 100_000}), "amount",
		[2]string{"crédit téléphonique à 1\u202f000\u202fFCFA par jour\u00a0: il reste 1\u202f000\u202fFCFA", "limit airtime to 1\u202f000\u202fFCFA a day: 1\u202f000\u202fFCFA is left"}},
	{"balance", "/withdraw", "20 000", func(*shop) {}, "amount",
		[2]string{
			"Orange Money a 12\u202f000\u202fFCFA de disponible, vous demandez 20\u202f000\u202fFCFA. MTN MoMo en a 45\u202f000\u202fFCFA. Rien n’est parti.",
			"Orange Money has 12\u202f000\u202fFCFA to spend, you asked for 20\u202f000\u202fFCFA. MTN MoMo has 45\u202f000\u202fFCFA to spend. Nothing left.",
		}},
	{"airtime float", "/airtime", "20 000", func(*shop) {}, "amount",
		[2]string{"Il reste 5\u202f000\u202fFCFA de crédit à envoyer", "5\u202f000\u202fFCFA of airtime is left to send"}},
	{"balance unknown", "/withdraw", "5 000", func(s *shop) {
		s.sandbox.Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Endpoint: sandbox.EndpointBalance, Times: -1})
	}, "", [2]string{"le solde ne peut pas être vérifié. Rien n’est parti", "the balance cannot be checked. Nothing left"}},
	{"count", "/withdraw", "5 000", func(s *shop) {
		rules(store.PayoutRules{CountDay: 1})(s)
		s.sessionOf(store.RoleOwner).payOut("/withdraw", payoutOf("10", "677000000"))
	}, "", [2]string{"qu’un retrait par jour, et il est fait. Rien n’est parti", "one withdrawal a day, and it is done. Nothing left"}},
}

func refusing(path string, status int, body string) func(*shop) {
	return func(s *shop) { s.answers(path, status, body) }
}

// stopsAfter are those that CamPay says when it is asked to pay out.
var stopsAfter = []stop{
	{"ER101", "/withdraw", "5 000", refusing("/api/withdraw/", 400, `{"message":"Invalid phone number","error_code":"ER101"}`), "phone",
		[2]string{"CamPay a refusé ce numéro\u00a0: «\u00a0Invalid phone number\u00a0». Rien n’est parti", "CamPay refused this number: “Invalid phone number”. Nothing left"}},
	{"ER102", "/withdraw", "5 000", refusing("/api/withdraw/", 400, `{"message":"Unsupported","error_code":"ER102"}`), "phone",
		[2]string{"à cet opérateur. Rien n’est parti", "to this carrier. Nothing left"}},
	{"ER201", "/withdraw", "5 000", refusing("/api/withdraw/", 400, `{"message":"This is a demo system. Maximum amount is 25.00 XAF","error_code":"ER201"}`), "amount",
		[2]string{"Maximum amount is 25.00 XAF\u00a0». Rien n’est parti", "Maximum amount is 25.00 XAF”. Nothing left"}},
	{"ER301", "/withdraw", "5 000", refusing("/api/withdraw/", 400, `{"message":"Insufficient balance","error_code":"ER301"}`), "amount",
		[2]string{"le solde de cet opérateur ne suffit plus. Rien n’est parti", "balance is not enough any more. Nothing left"}},
	{"not allowed", "/withdraw", "5 000", refusing("/api/withdraw/", 403, `{"message":"Withdrawals are not allowed for this app"}`), "",
		[2]string{"CamPay n’autorise pas les retraits pour cette application. Rien n’est parti", "CamPay does not allow withdrawals for this application. Nothing left"}},
	{"unknown code", "/withdraw", "5 000", refusing("/api/withdraw/", 400, `{"message":"Some new words","error_code":"ER999"}`), "",
		[2]string{"«\u00a0Some new words ER999\u00a0». Rien n’est parti", "“Some new words ER999”. Nothing left"}},
	{"airtime ER201", "/airtime", "500", refusing("/airtime/transfer/", 400, `{"message":"This is a demo system. Minimum and maximum amount is 100 XAF","error_code":"ER201"}`), "amount",
		[2]string{"maximum amount is 100 XAF\u00a0». Rien n’est parti", "maximum amount is 100 XAF”. Nothing left"}},
}

func TestPayout_EveryReasonNotTo_SaysThatNothingLeft_InBothLanguages(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	for _, reason := range stopsBefore {
		rules(store.PayoutRules{})(s)
		s.must(s.service.Unfreeze(t.Context(), "", 1))
		s.sandbox.ClearFaults()
		s.clock.pass(time.Minute) // no balance is remembered
		reason.arrange(s)
		before := len(s.sandbox.Ledger())
		form := payoutOf(reason.amount, "699 12 34 56")
		for i, language := range []string{"fr", "en"} {
			owner.post("/language", url.Values{"locale": {language}})
			for _, path := range []string{reason.path, reason.path + "/confirm"} {
				reason.check(t, owner.post(path, confirmed(form)), i)
			}
		}
		s.wantLedger(before)
	}
}

func TestPayout_EveryRefusalOfCamPay_SaysThatNothingLeft_InBothLanguages(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	refused := 0
	for _, reason := range stopsAfter {
		reason.arrange(s)
		for i, language := range []string{"fr", "en"} {
			owner.post("/language", url.Values{"locale": {language}})
			form := payoutOf(reason.amount, "699 12 34 56")
			got := owner.post(reason.path+"/confirm", confirmed(form))
			reason.check(t, got, i)
			if strings.Contains(got.body, form.Get("operation")) {
				t.Errorf("%s: the form goes on with an operation that is over", reason.name)
			}
			refused++
			if page := owner.get("/transactions/" + strconv.Itoa(refused)); !strings.Contains(page.body, "status bad") {
				t.Errorf("%s: the book says %s", reason.name, problems(page))
			}
		}
	}
	s.wantLedger(0)
}

// check holds an answer against what it must say, on its field, with the form
// as it was typed.
func (w stop) check(t *testing.T, got answer, language int) {
	t.Helper()
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(problems(got), w.says[language]) {
		t.Errorf("%s: answered %d: %s", w.name, got.status, problems(got))
	}
	if w.field != "" && !strings.Contains(got.body, `id="f-`+w.field+`-error"`) {
		t.Errorf("%s: the field %s does not say it", w.name, w.field)
	}
	for _, kept := range []string{`value="` + w.amount + `"`, `value="699 12 34 56"`, `value="Savon"`} {
		if !strings.Contains(got.body, kept) {
			t.Errorf("%s: %s is lost", w.name, kept)
		}
	}
	if strings.Contains(got.body, testPassword) {
		t.Errorf("%s: the password stands in the page", w.name)
	}
}

func TestPayout_WithdrawalsNotAllowedForTheApp_SaysWhereToAllowThem(t *testing.T) {
	t.Parallel()
	_, owner := fundedShop(t, func(c *sandbox.Config) { c.ForbidWithdrawals = true })
	if got := owner.post("/withdraw/confirm", confirmed(payoutOf("500", "677123456"))); !strings.Contains(problems(got), "réglages de l’application chez CamPay") {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
}

func TestBalanceTooLittle_TellsWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	_, owner := fundedShop(t)
	owner.payOut("/withdraw", payoutOf("3000", "699123456"))
	got := owner.post("/withdraw", payoutOf("10000", "699123456"))
	if want := "Orange Money a 9\u202f000\u202fFCFA de disponible, vous demandez 10\u202f000\u202fFCFA. 3\u202f000\u202fFCFA sont déjà en route ou incertains."; !strings.Contains(problems(got), want) {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
}

// carrierPattern is one line of forms.js's table: MTN: /^6(5[0-4]|7|8[0-3])/.
var carrierPattern = regexp.MustCompile(`(MTN|ORANGE): /(\S+?)/`)

func TestCarrierWhileTyping_IsTheOneThatTheServerFinds(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../static/js/forms.js")
	if err != nil {
		t.Fatal(err)
	}
	patterns := map[string]*regexp.Regexp{}
	for _, m := range carrierPattern.FindAllSubmatch(script, -1) {
		patterns[string(m[1])] = regexp.MustCompile(string(m[2]))
	}
	if len(patterns) != 2 {
		t.Fatalf("forms.js has %d carriers", len(patterns))
	}
	for prefix := 600; prefix <= 699; prefix++ {
		typed := strconv.Itoa(prefix) + "123456"
		operator := ""
		if phone, err := money.ParsePhone(typed); err == nil {
			operator = string(phone.Operator())
		}
		for name, pattern := range patterns {
			if shown := pattern.MatchString(typed); shown != (name == operator) {
				t.Errorf("%s is of %q, and the page shows %s: %v", typed, operator, name, shown)
			}
		}
	}
}

func TestRefund_NumberRefused_IsSaidOfTheWholeForm(t *testing.T) {
	t.Parallel()
	s, owner := fundedShop(t)
	collection := owner.collected("5000", "677123456")
	s.answers("/api/withdraw/", 400, `{"message":"Invalid phone number","error_code":"ER101"}`)
	got := owner.post(collection+"/refund/confirm", confirmed(payoutOf("500", "")))
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(problems(got), "CamPay a refusé ce numéro\u00a0: «\u00a0Invalid phone number\u00a0». Rien n’est parti") || strings.Contains(got.body, "#f-phone") {
		t.Fatalf("answered %d: %s", got.status, problems(got))
	}
}

// A disk that fails after an order has left must not have a page say that nothing
// leaves.
func TestSent_AndTheDiskFailsBeforeItsOutcomeIsKept_ShowsTheTransaction(t *testing.T) {
	t.Parallel()
	for path, way := range map[string]struct {
		send string
		form url.Values
		to   string
	}{
		"/withdraw/":         {"/withdraw/confirm", with(payoutOf("5000", "677123456"), "password", testPassword), "/transactions/1"},
		"/airtime/transfer/": {"/airtime/confirm", with(payoutOf("100", "677123456"), "password", testPassword), "/transactions/1"},
		"/collect/":          {"/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {"500"}, "phone": {"677123456"}}, "/checkout/phone/1"},
	} {
		s, owner := fundedShop(t)
		s.before(path, func() {
			s.execute("CREATE TRIGGER failing BEFORE UPDATE ON transactions BEGIN SELECT RAISE(ABORT, 'the disk failed'); END")
		})
		got := owner.post(way.send, way.form)
		to := got.header.Get("Location")
		if got.status != http.StatusSeeOther || to != way.to {
			t.Fatalf("%s answered %d, to %q: %s", way.send, got.status, to, problems(got))
		}
		if !strings.Contains(s.log.String(), "sent, and not kept") {
			t.Errorf("%s: nothing in the log", way.send)
		}
		s.execute("DROP TRIGGER failing")
		if got := owner.get(to); got.status != http.StatusOK || strings.Contains(got.body, "status bad") {
			t.Errorf("%s: the page says %s", way.send, problems(got))
		}
		if entries := len(s.sandbox.Ledger()); entries != 1 {
			t.Errorf("%s: CamPay has %d", way.send, entries)
		}
	}
}

// execute runs a statement in the shop's database from beside it.
func (s *shop) execute(statement string) {
	s.t.Helper()
	file, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(s.dir, store.FileName)))
	s.must(err)
	_, err = file.ExecContext(s.t.Context(), statement)
	s.must(err)
	s.must(file.Close())
}
