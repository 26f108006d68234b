package product

// The product from nothing to its settings.

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comptoir/campay"
	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

func TestSetup_FromNothingToTheFirstSale(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.browser()
	b.get("/").want(t, http.StatusSeeOther, "/signin")
	b.get("/signin").want(t, http.StatusSeeOther, "/setup")
	b.get("/setup").want(t, http.StatusOK, `name="token"`)
	b.get("/setup?token="+r.product.Setup()).want(t, http.StatusOK, `name="password"`)
	b.upload("/setup?token="+r.product.Setup(), claimForm(), picture(t, 900, 300)).want(t, http.StatusSeeOther, "/checkout")
	b.get("/checkout").want(t, http.StatusOK, `data-till`)
	b.get("/").want(t, http.StatusOK, `href="/settings/campay"`) // real payments are a tap away
	b.get("/settings/campay").want(t, http.StatusOK, `<details class="fold"><summary>J’ai plutôt un identifiant`)
	b.get("/").want(t, http.StatusOK, "Boutique Exemple")
	b.get("/checkout").want(t, http.StatusOK, `name="amount"`)
	made, err := png.DecodeConfig(strings.NewReader(b.get("/logo.png").body))
	if err != nil || made.Width != 512 || made.Height != 170 {
		t.Errorf("the logo is %+v, %v", made, err)
	}
	again := r.browser()
	again.get("/setup?token="+r.product.Setup()).want(t, http.StatusSeeOther, "/")
	again.post("/setup?token="+r.product.Setup(), claimForm()).want(t, http.StatusSeeOther, "/")
	again.post("/signin", url.Values{"name": {"gérance"}, "password": {password}}).want(t, http.StatusSeeOther, "/")
}

// The payer of the sandbox reads the name that the owner gave, from the first sale on.
func TestSetup_TheSandboxesPhone_NamesTheShopAsItsOwnerDoes(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.browser()
	b.upload("/setup?token="+r.product.Setup(), claimForm(), picture(t, 90, 30)).want(t, http.StatusSeeOther, "/checkout")
	asks := func(amount string) {
		t.Helper()
		b.post("/checkout/phone", url.Values{"operation": {payments.NewOperation()}, "amount": {amount}, "phone": {"677123456"}}).want(t, http.StatusSeeOther, "/checkout/phone/")
	}
	asks("500")
	b.get("/sandbox/phone").want(t, http.StatusOK, "Boutique Exemple")
	b.post("/settings/shop", url.Values{"shop": {"Chez Awa"}}).want(t, http.StatusSeeOther, "/settings")
	asks("600")
	got := b.get("/sandbox/phone")
	if got.want(t, http.StatusOK, "Chez Awa"); strings.Contains(got.body, "Ma boutique") {
		t.Error("the default's name is there still")
	}
}

func TestSetup_WithoutItsToken_IsNobodys(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.browser()
	for _, path := range []string{"/setup", "/setup?token=", "/setup?token=" + strings.Repeat("A", 26)} {
		if got := b.post(path, claimForm()); got.status == http.StatusSeeOther || !strings.Contains(got.body, `action="/setup"`) {
			t.Errorf("%s answered %d %s", path, got.status, got.location)
		}
	}
	b.get("/setup?token=wrong").want(t, http.StatusForbidden, "f-token-error")
	if n, err := r.product.store.CountUsers(t.Context()); err != nil || n != 0 {
		t.Errorf("%d people, %v", n, err)
	}
}

func TestSetup_ClaimedByManyAtOnce_HasOneOwner(t *testing.T) {
	t.Parallel()
	r := start(t)
	var all sync.WaitGroup
	for i := range 8 {
		b := r.browser()
		all.Go(func() {
			form := claimForm()
			form.Set("name", fmt.Sprint("owner ", i))
			b.post("/setup?token="+r.product.Setup(), form)
		})
	}
	all.Wait()
	if n, err := r.product.store.CountUsers(t.Context()); err != nil || n != 1 {
		t.Errorf("%d owners, %v", n, err)
	}
}

func TestSetup_WrongInput_IsSaidOnItsField_AndKept(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.browser()
	for field, typed := range map[string][]string{
		"shop": {"", strings.Repeat("x", 61)}, "name": {"", strings.Repeat("x", 61)},
		"password": {"", "too short", strings.Repeat("x", 300)}, "address": {strings.Repeat("x", 201)},
	} {
		for _, text := range typed {
			form := claimForm()
			form.Set(field, text)
			got := b.post("/setup?token="+r.product.Setup(), form)
			got.want(t, http.StatusUnprocessableEntity, `id="f-`+field+`-error"`)
			if field != "footer" && !strings.Contains(got.body, `value="Merci"`) || strings.Contains(got.body, password) {
				t.Errorf("%s=%.10s: the form lost what was typed, or shows the password", field, text)
			}
		}
	}
	form := claimForm()
	form.Set("name", "Un Propriétaire")
	form.Set("password", "un propriétaire")
	b.post("/setup?token="+r.product.Setup(), form).want(t, http.StatusUnprocessableEntity, "f-password-error")
	b.post("/setup?token="+r.product.Setup(), form).want(t, http.StatusUnprocessableEntity, `name="back" value="/setup?token=`)
	b.upload("/setup?token="+r.product.Setup(), claimForm(), []byte("<svg onload=alert(1)>")).want(t, http.StatusUnprocessableEntity, "f-logo-error")
}

func keysForm(book string, k store.CamPayKeys) url.Values {
	return url.Values{
		"book": {book}, "token": {k.Token}, "username": {k.Username}, "app_password": {k.Password}, "webhook_key": {k.WebhookKey}, "password": {password},
	}
}

func TestKeys_AreCheckedWithCamPay_BeforeTheyAreKept(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.claimed()
	demo := r.keys["demo"]
	for _, c := range []struct {
		edit  func(*store.CamPayKeys)
		field string
	}{
		{func(k *store.CamPayKeys) { k.Token = "not-the-token"; k.Username, k.Password = "", "" }, "token"},
		{func(k *store.CamPayKeys) { k.Token, k.Password = "", "wrong" }, "username"},
		{func(k *store.CamPayKeys) { k.Token, k.Password = "", "" }, "app_password"},
		{func(k *store.CamPayKeys) { k.Token, k.Username = "", "" }, "username"},
		{func(k *store.CamPayKeys) { k.Token, k.Username, k.Password = "", "", "" }, "token"},
		{func(k *store.CamPayKeys) { k.WebhookKey = "" }, "webhook_key"},
	} {
		k := demo
		c.edit(&k)
		got := b.post("/settings/campay", keysForm("demo", k))
		got.want(t, http.StatusUnprocessableEntity, `id="f-`+c.field+`-error"`)
		for _, secret := range []string{demo.Token, demo.Password, demo.WebhookKey, password} {
			if strings.Contains(got.body, secret) {
				t.Errorf("%s: the page holds a secret", c.field)
			}
		}
	}
	r.camPays["demo"].Inject(sandbox.Fault{Kind: sandbox.ErrorBefore, Times: -1})
	b.post("/settings/campay", keysForm("demo", demo)).want(t, http.StatusUnprocessableEntity, "pas pu être vérifiées")
	r.camPays["demo"].ClearFaults()
	wrong := keysForm("demo", demo)
	wrong.Set("password", "not mine at all")
	b.post("/settings/campay", wrong).want(t, http.StatusUnprocessableEntity, `id="f-password-error"`)
	wrong = keysForm("http://169.254.169.254/", demo)
	b.post("/settings/campay", wrong).want(t, http.StatusUnprocessableEntity, "f-book-error")
	if r.product.Book() != "sandbox" {
		t.Fatalf("the book is %s", r.product.Book())
	}
	b.post("/settings/campay", keysForm("demo", demo)).want(t, http.StatusSeeOther, "/settings/webhook")
	if r.product.Book() != "demo" {
		t.Fatalf("the book is %s", r.product.Book())
	}
	page := b.get("/settings")
	page.want(t, http.StatusOK, "••••demo")
	for _, secret := range []string{demo.Token, demo.WebhookKey, demo.Password} {
		if strings.Contains(page.body, secret) || strings.Contains(r.log.String(), secret) {
			t.Error("a secret is shown, or logged")
		}
	}
}

// A changed key alone is typed again; the others stay.
func TestKeys_LeftEmpty_StayAsTheyAre(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.claimed()
	demo := r.keys["demo"]
	b.post("/settings/campay", keysForm("demo", store.CamPayKeys{Username: demo.Username, Password: demo.Password, WebhookKey: demo.WebhookKey})).want(t, http.StatusSeeOther, "/settings/webhook")
	b.post("/settings/campay", keysForm("demo", store.CamPayKeys{WebhookKey: "another-webhook-key"})).want(t, http.StatusSeeOther, "/settings/webhook")
	of, err := r.product.store.ForBook("demo")
	r.must(err)
	got, err := of.CamPayKeys(t.Context())
	if want := (store.CamPayKeys{Username: demo.Username, Password: demo.Password, WebhookKey: "another-webhook-key"}); err != nil || got != want {
		t.Errorf("kept %+v, %v", got, err)
	}
}

func TestBooks_NeverMix_AndOpenMoneyIsNotLeftUnasked(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.claimed()
	sale := url.Values{"operation": {"7f2c2a50-3d8e-4a51-9d67-3a1d0f4f7c11"}, "amount": {"2500"}, "phone": {"677123456"}, "description": {"Pain"}}
	b.post("/checkout/phone", sale).want(t, http.StatusSeeOther, "/checkout/phone/1")
	form := keysForm("demo", r.keys["demo"])
	b.post("/settings/campay", form).want(t, http.StatusUnprocessableEntity, `id="f-leave-error"`)
	form.Set("leave", "yes")
	b.post("/settings/campay", form).want(t, http.StatusSeeOther, "/settings/webhook")
	if list := b.get("/transactions").body; strings.Contains(list, `href="/transactions/1"`) {
		t.Error("the demo shows the sandbox's sale")
	}
	b.get("/transactions/1").want(t, http.StatusNotFound, "")
	b.get("/sandbox/phone").want(t, http.StatusNotFound, "")
	b.post("/settings/campay", keysForm("sandbox", store.CamPayKeys{})).want(t, http.StatusSeeOther, "/settings")
	b.get("/transactions/1").want(t, http.StatusOK, "")
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// What was reviewed as play money must not leave as real money, or the other way
// round: a page stays open in a tab while the keys are changed in another one.
func TestAttack_FormDrawnInOneBook_DoesNothingInAnother(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.claimed()
	r.must(r.camPays[store.Demo].SetBalance(sandbox.Balances{MTN: money.Francs(50_000)}))
	typed := url.Values{"amount": {"2 000"}, "phone": {"677123456"}, "description": {"Loyer"}}
	drawn := func(path string, form url.Values) url.Values {
		t.Helper()
		page := b.get(path).body
		if form != nil {
			for _, f := range hiddenField.FindAllStringSubmatch(page, -1) {
				form.Set(f[1], f[2])
			}
			page = b.post(path, form).body
		}
		fields := url.Values{}
		for _, f := range hiddenField.FindAllStringSubmatch(page, -1) {
			fields.Set(f[1], f[2])
		}
		if fields.Get("operation") == "" || fields.Get("drawn_in") != "sandbox" {
			t.Fatalf("%s is drawn with %v", path, fields)
		}
		return fields
	}
	review := drawn("/withdraw", typed)
	review.Set("password", password)
	sale := drawn("/checkout", nil)
	sale.Set("amount", "2500")
	link := drawn("/links/new", nil)
	link.Set("amount", "2500")
	b.post("/settings/campay", keysForm("demo", r.keys[store.Demo])).want(t, http.StatusSeeOther, "/settings/webhook")
	for path, form := range map[string]url.Values{"/withdraw/confirm": review, "/checkout/qr": sale, "/links": link} {
		b.post(path, form).want(t, http.StatusConflict, "a changé de mode")
	}
	if moved := r.camPays[store.Demo].Ledger(); len(moved) != 0 {
		t.Fatalf("%d operations went to the demo", len(moved))
	}
	b.post("/payout-rules/freeze", url.Values{"drawn_in": {"demo"}}).want(t, http.StatusSeeOther, "")
}

// A payer's phone, which CamPay's page sends back, is not this machine.
func TestLink_WithoutAnAddress_SendsNoPayerToLocalhost(t *testing.T) {
	t.Parallel()
	for name, named := range map[string]bool{"none": false, "configured": true} {
		t.Run(name, func(t *testing.T) {
			asked := make(chan string, 1)
			r := start(t, func(c *Config) {
				c.Named = named
				camPay, err := url.Parse(c.Sites["demo"])
				if err != nil {
					t.Fatal(err)
				}
				pass := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: camPay.Scheme, Host: camPay.Host})
				site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					body, err := io.ReadAll(req.Body)
					if err != nil {
						t.Error(err)
					}
					if strings.HasSuffix(req.URL.Path, "/get_payment_link/") {
						asked <- string(body)
					}
					req.Body = io.NopCloser(bytes.NewReader(body))
					pass.ServeHTTP(w, req)
				}))
				t.Cleanup(site.Close)
				c.Sites["demo"] = site.URL + "/api/"
			})
			b := r.claimed()
			b.post("/settings/campay", keysForm("demo", r.keys["demo"])).want(t, http.StatusSeeOther, "/settings/webhook")
			b.post("/links", url.Values{"operation": {"7f2c2a50-3d8e-4a51-9d67-3a1d0f4f7c11"}, "amount": {"25"}, "description": {"Pain"}}).want(t, http.StatusSeeOther, "/links/")
			if body := <-asked; strings.Contains(body, r.url) != named || strings.Contains(body, "localhost") {
				t.Errorf("CamPay is asked for a page with %s", body)
			}
		})
	}
}

func TestWebhookCheck_SaysWhatCame(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := r.claimed()
	b.post("/settings/campay", keysForm("demo", r.keys["demo"]))
	b.get("/settings/webhook").want(t, http.StatusOK, r.url+"/webhook/campay")
	b.get("/settings/webhook/status").want(t, http.StatusOK, "notice quiet")
	r.browser().get("/webhook/campay")
	r.browser().post("/webhook/campay", url.Values{"status": {"SUCCESSFUL"}, "reference": {"x"}, "signature": {"forged"}})
	b.get("/settings/webhook/status").want(t, http.StatusOK, "notice quiet") // strangers say nothing of the key
	another, err := campay.SignNotification("another key", time.Now())
	r.must(err)
	r.browser().post("/webhook/campay", url.Values{"status": {"SUCCESSFUL"}, "reference": {"x"}, "signature": {another}})
	b.get("/settings/webhook/status").want(t, http.StatusOK, "notice quiet") // nor does another key, which anybody has
	if body := b.get("/settings/webhook/status").body; !strings.Contains(body, "pas signés avec votre clé : 2") || strings.Contains(body, "notice bad") {
		t.Errorf("forged ones are not counted: %s", body)
	}
	old, err := campay.SignNotification(r.keys["demo"].WebhookKey, time.Now().Add(-24*time.Hour))
	r.must(err)
	r.browser().post("/webhook/campay", url.Values{"status": {"SUCCESSFUL"}, "reference": {"x"}, "signature": {old}})
	b.get("/settings/webhook/status").want(t, http.StatusOK, "notice warn")
	sale := url.Values{"operation": {"7f2c2a50-3d8e-4a51-9d67-3a1d0f4f7c11"}, "amount": {"25"}, "phone": {"677123456"}}
	b.post("/checkout/phone", sale).want(t, http.StatusSeeOther, "/checkout/phone/")
	ledger := r.camPays["demo"].Ledger()
	r.must(r.camPays["demo"].Enter(ledger[0].Reference, "1234"))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _ = r.camPays["demo"].Run(ctx) }()
	for !strings.Contains(b.get("/settings/webhook/status").body, "notice good") {
		if t.Context().Err() != nil {
			t.Fatal("no webhook came")
		}
	}
	r.browser().post("/webhook/campay", url.Values{"status": {"SUCCESSFUL"}, "reference": {"x"}, "signature": {another}})
	b.get("/settings/webhook/status").want(t, http.StatusOK, "notice good") // as before
	keys := r.keys["demo"]
	keys.WebhookKey = "another key by now"
	b.post("/settings/campay", keysForm("demo", keys)).want(t, http.StatusSeeOther, "/settings/webhook")
	b.get("/settings/webhook/status").want(t, http.StatusOK, "notice quiet") // what the old one signed says nothing of the new
}

func TestSettings_AreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	r := start(t)
	owner := r.claimed()
	for _, role := range []store.Role{store.RoleCashier, store.RoleAccountant, ""} {
		b := r.browser()
		status := http.StatusForbidden
		if role == "" {
			status = http.StatusSeeOther
		} else {
			r.person(string(role), role)
			b.post("/signin", url.Values{"name": {string(role)}, "password": {password}}).want(t, http.StatusSeeOther, "/")
		}
		for _, path := range []string{"/settings", "/settings/campay", "/settings/webhook"} {
			if got := b.get(path); got.status != status {
				t.Errorf("%s as %q: %d", path, role, got.status)
			}
		}
		for _, path := range []string{"/settings/shop", "/settings/campay"} {
			if got := b.post(path, keysForm("demo", r.keys["demo"])); got.status != status {
				t.Errorf("%s as %q: %d", path, role, got.status)
			}
		}
	}
	owner.get("/settings").want(t, http.StatusOK, "Boutique Exemple")
	if r.product.Book() != "sandbox" {
		t.Error("somebody else changed the book")
	}
}

// person is somebody with the owner's own password's hash.
func (r *running) person(name string, role store.Role) {
	r.t.Helper()
	r.must(r.product.store.Write(r.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		owner, err := tx.UserByName(ctx, "Gérance")
		if err != nil {
			return err
		}
		owner.Name, owner.Role = name, role
		_, err = tx.CreateUser(ctx, owner)
		return err
	}))
}

// Whoever asks while the settings change is answered all the same.
// A wrong password is written down after its answer; closing waits for it.
func TestClose_WaitsForWhatGoesOnBehindTheAnswers(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.claimed()
	const guesses = 3
	for range guesses {
		r.browser().post("/signin", url.Values{"name": {claimForm().Get("name")}, "password": {"another phrase"}}).want(t, http.StatusUnprocessableEntity, "")
	}
	r.close()
	s, err := store.Open(t.Context(), r.data, store.Options{Book: "sandbox"})
	r.must(err)
	defer s.Close()
	kept, err := s.Audit(t.Context(), store.AuditFilter{Subject: "person"})
	r.must(err)
	refused := 0
	for _, e := range kept {
		if e.Act == "session.refused" {
			refused++
		}
	}
	if refused != guesses {
		t.Errorf("%d of %d are in the audit log", refused, guesses)
	}
}

func TestReopen_NobodyIsTurnedAway(t *testing.T) {
	t.Parallel()
	r := start(t)
	owner := r.claimed()
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range 4 {
		b := *owner
		all.Go(func() {
			for ctx.Err() == nil {
				if got := b.get("/transactions"); got.status != http.StatusOK {
					t.Errorf("answered %d", got.status)
					return
				}
			}
		})
	}
	for i := range 10 {
		form := claimForm()
		form.Set("shop", fmt.Sprint("Boutique ", i))
		owner.upload("/settings/shop", form, nil)
	}
	stop()
	all.Wait()
	owner.get("/").want(t, http.StatusOK, "Boutique 9")
}

func TestLogo_IsMadeAnew_SmallAndAlone(t *testing.T) {
	t.Parallel()
	r := start(t)
	owner := r.claimed()
	owner.get("/logo.png").want(t, http.StatusNotFound, "")
	trailing := append(picture(t, 40, 20), []byte("<?php hidden ?>")...)
	owner.upload("/settings/shop", claimForm(), trailing).want(t, http.StatusSeeOther, "/settings")
	if got := owner.get("/logo.png").body; strings.Contains(got, "hidden") || !strings.HasPrefix(got, "\x89PNG") {
		t.Error("what rode in the file is kept")
	}
	bomb := picture(t, 1, 1)
	copy(bomb[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff}) // says that it is 65535 × 65535
	for name, file := range map[string][]byte{"no picture": []byte("hello"), "a bomb": bomb, "too long": make([]byte, 5<<20+1)} {
		if got := owner.upload("/settings/shop", claimForm(), file); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "f-logo-error") {
			t.Errorf("%s answered %d", name, got.status)
		}
	}
	if got := owner.upload("/settings/shop", claimForm(), make([]byte, 8<<20)); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("8 MB answered %d", got.status)
	}
	form := claimForm()
	form.Set("no_logo", "yes")
	owner.post("/settings/shop", form)
	owner.get("/logo.png").want(t, http.StatusNotFound, "")
}

func TestNamed_PlayMoneyAndRealMoneyNeverShareABook(t *testing.T) {
	t.Parallel()
	keys := store.CamPayKeys{Token: "t"}
	for address, want := range map[string]store.Book{
		"https://demo.campay.net/api/": "demo", "https://www.campay.net/api/": "production",
		"https://campay.example/api/": "production", "http://127.0.0.1:8081/api/": "sandbox", "http://localhost:8081/api/": "sandbox",
	} {
		if c, err := Named(address, keys); err != nil || c.book != want {
			t.Errorf("%s: %q, %v", address, c.book, err)
		}
	}
	if c, err := Named("", store.CamPayKeys{}); err != nil || c.book != "" {
		t.Errorf("nothing set: %q, %v", c.book, err)
	}
	if _, err := Named("", keys); err == nil {
		t.Error("keys without an address were taken")
	}
	if _, err := Named("https://www.campay.net/api/", store.CamPayKeys{}); err == nil {
		t.Error("an address without keys was taken")
	}
}

// Keys that CamPay is asked about when the owner who typed them is switched off.
func TestAttack_KeysBeingChecked_AreNotKeptForWhoIsSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]bool{"as it is": false, "switched off": true} {
		var asked atomic.Bool
		var r *running
		camPay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if !asked.Load() && end {
				r.must(r.product.store.Write(context.WithoutCancel(t.Context()), func(_ context.Context, tx *store.Tx) error {
					second, err := tx.UserByName(t.Context(), "Seconde")
					if err != nil {
						return err
					}
					return tx.SetDisabled(t.Context(), second.ID, time.Now())
				}))
			}
			asked.Store(true)
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"total_balance":0,"mtn_balance":0,"orange_balance":0}`)
		}))
		t.Cleanup(camPay.Close)
		r = start(t, func(c *Config) { c.Sites[store.Demo] = camPay.URL + "/api/" })
		r.claimed()
		r.person("Seconde", store.RoleOwner)
		second := r.browser()
		second.post("/signin", url.Values{"name": {"Seconde"}, "password": {password}}).want(t, http.StatusSeeOther, "")
		got := second.post("/settings/campay", keysForm("demo", r.keys["demo"]))
		if kept := r.product.Book() == store.Demo; !asked.Load() || kept == end {
			t.Errorf("%s: asked %v, kept %v, answered %d %.300s", name, asked.Load(), kept, got.status, got.body)
		}
	}
}
