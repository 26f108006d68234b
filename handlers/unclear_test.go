package handlers

// What the screens say of what CamPay does not tell, or tells in a word that
// nobody knows: so, and never "paid", "short" or "waiting on the phone".

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"comptoir/campay/sandbox"
	"comptoir/handlers/web"
	"comptoir/store"
)

// says has CamPay answer so about every transaction.
func (s *shop) says(kind sandbox.Kind, text string) {
	s.sandbox.ClearFaults()
	s.sandbox.Inject(sandbox.Fault{Kind: kind, Text: text, Times: -1})
}

// wantWords checks what a screen says and what it does not.
func (a answer) wantWords(t *testing.T, where string, said []string, unsaid ...string) {
	t.Helper()
	for _, words := range said {
		if !strings.Contains(a.body, words) {
			t.Errorf("%s (%d) does not say %q", where, a.status, words)
		}
	}
	for _, words := range unsaid {
		if strings.Contains(a.body, words) {
			t.Errorf("%s says %q", where, words)
		}
	}
}

// unpaid is what no screen may say of a payment that is unclear.
var unpaid = []string{"Il manque", "La demande est sur son téléphone", "L’argent est sur votre compte", "status good", "badge good"}

func TestScreens_OfAPaymentWithoutAnAmount_SaySoAndAskForNothing(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, customer := s.signedIn(store.RoleOwner), s.browser()
	path := owner.request("500", "677123456")
	link := s.linked(700)
	attempt := customer.onItsWay(customer.paysLink(link, "phone", "677123457"))
	s.says(sandbox.AmountUntold, "None")
	for _, p := range s.sandbox.Prompts() {
		s.must(s.sandbox.Enter(p.Reference, "1234"))
	}
	s.work()
	unknown := []string{"montant inconnu", "CamPay ne dit pas combien", "message de votre opérateur"}
	sale := strings.Replace(path, "/transactions/", "/checkout/phone/", 1)
	for where, said := range map[string][]string{
		path: unknown, sale: {"CamPay ne dit pas combien"}, "/transactions": {"montant inconnu", "À vérifier"},
		web.ItemPath("/links/", link.ID):             unknown,
		web.ItemPath("/links/", link.ID) + "/status": unknown,
		"/": {"2 autres paiements à vérifier, dont CamPay ne dit pas le montant"},
	} {
		owner.get(where).wantWords(t, where, said, unpaid...)
	}
	claim := owner.post("/checkout/claim", url.Values{"phone": {"677123456"}, "amount": {"500"}})
	claim.wantWords(t, "claim", []string{"montant inconnu"}, unpaid...)
	customer.get(attempt).wantWords(t, attempt, []string{"Paiement reçu, à vérifier", "Ne payez pas une deuxième fois"}, unpaid...)
	owner.post("/reconciliation", today) // the history tells, and whoever asks about it is not told
	s.work()
	owner.get("/reconciliation.csv?"+today.Encode()).wantWords(t, "CSV", []string{";inconnu;"})
}

func TestScreens_OfTheDemosSimulatedPayer_MarkTheSuccessAsTheDemos(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	path := owner.sold()
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		simulated := s.newest()
		simulated.Amount, simulated.Net = 0, 0 // as the demo's book has it
		return tx.UpdateTransaction(ctx, simulated)
	}))
	owner.get(path).wantWords(t, path, []string{"Succès de démonstration", "aucun argent n’a bougé"}, "Il manque")
	receipt := owner.get(path + "/receipt").header.Get("Location")
	owner.get(receipt).wantWords(t, receipt, []string{"Succès de démonstration"})
}

func TestScreens_OfAWordThatNobodyKnows_ShowItAsItCame(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner, customer := s.signedIn(store.RoleOwner), s.browser()
	path := owner.request("500", "677123456")
	link := s.linked(700)
	attempt := customer.onItsWay(customer.paysLink(link, "phone", "677123457"))
	s.says(sandbox.StatusWord, "EXPIRED <b>")
	owner.post(path+"/check", url.Values{})
	all, err := s.store.Transactions(t.Context(), store.TransactionFilter{})
	s.must(err)
	for _, open := range all {
		owner.post("/transactions/"+strconv.FormatInt(open.ID, 10)+"/check", url.Values{})
	}
	word := []string{"CamPay dit «\u00a0EXPIRED &lt;b&gt;\u00a0»"}
	sale := strings.Replace(path, "/transactions/", "/checkout/phone/", 1)
	for where, said := range map[string][]string{
		path: word, sale: word, web.ItemPath("/links/", link.ID): word, "/transactions": {"À vérifier"}, "/": {"flagged=1"},
	} {
		owner.get(where).wantWords(t, where, said, append(unpaid, "<b>\u00a0»")...)
	}
	customer.get(attempt).wantWords(t, attempt, []string{"Nous vérifions votre paiement", "Ne payez pas une deuxième fois"}, append(unpaid, "EXPIRED")...)
}

func TestScreens_OfAReversedPayment_TakeBackPaidAndItsReceipt(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	path := owner.sold()
	receipt := owner.get(path + "/receipt").header.Get("Location")
	s.says(sandbox.StatusWord, "REVERSED")
	owner.post(path+"/check", url.Values{})
	owner.get(path).wantWords(t, path, []string{"CamPay dit «\u00a0REVERSED\u00a0»"}, unpaid...)
	s.browser().get(receipt).wantWords(t, receipt, []string{"À vérifier"}, "receipt-status good")
	owner.get("/").wantWords(t, "home", []string{"1 autre paiement à vérifier", "flagged=1"})
}

func TestScreens_OfAnUnreadableRow_ShowItOnTheReconciliation_AndNeverThatAllAgrees(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	s.answers("/history/", 200, `{"data":[{"status":{"odd":"row"},"amount":5}]}`)
	owner.post("/reconciliation", today)
	s.work()
	owner.get("/reconciliation?"+today.Encode()).wantWords(t, "reconciliation",
		[]string{"1 ligne de CamPay ne peut pas être lue", "odd"}, "Tout concorde")
}

// An answer that names no currency proves no francs, and is not said to be another.
func TestScreens_OfAPaymentWithoutACurrency_SayThatItIsUntold(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	owner := s.signedIn(store.RoleOwner)
	path := owner.sold()
	s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		bare := s.newest()
		bare.Currency, bare.Flags = "", bare.Flags.With(store.FlagCurrency)
		return tx.UpdateTransaction(ctx, bare)
	}))
	owner.get(path).wantWords(t, path, []string{"CamPay ne dit pas la monnaie", "sans dire dans quelle monnaie"}, append(unpaid, "Payé dans une autre monnaie")...)
}
