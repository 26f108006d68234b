package handlers

// Recorded deliveries: each over real HTTP to the address that CamPay calls.

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"comptoir/campay/money"
	"comptoir/campay/payments"
	"comptoir/campay/sandbox"
	"comptoir/store"
)

// delivery is one call, of a payment of 500 F that CamPay has as SUCCESSFUL.
type delivery struct {
	It     string `json:"it"`
	Method string `json:"method"`
	Path   string `json:"path"` // the webhook's when empty
	Query  string `json:"query"`
	Type   string `json:"type"`
	Body   string `json:"body"`

	Takes    bool   `json:"takes"`    // it is CamPay's, and readable
	Stranger bool   `json:"stranger"` // it is about something that nobody knows
	Flags    string `json:"flags"`
}

// signatures are what stands in a delivery for its signature.
func (s *shop) signatures() []string {
	s.t.Helper()
	now := s.clock.now()
	sign := func(method jwt.SigningMethod, key any, at time.Time) string {
		token := jwt.NewWithClaims(method, jwt.MapClaims{
			"iat": at.Unix(), "nbf": at.Unix(), "exp": at.Add(time.Hour).Unix(), "source": "CamPay",
		})
		token.Header["app"] = "Catalog"
		signed, err := token.SignedString(key)
		s.must(err)
		return signed
	}
	none := sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, now)
	return []string{
		"$signature", sign(jwt.SigningMethodHS256, []byte(s.key), now),
		"$forged", sign(jwt.SigningMethodHS256, []byte("another key"), now),
		"$expired", sign(jwt.SigningMethodHS256, []byte(s.key), now.Add(-3*time.Hour)),
		"$tomorrow", sign(jwt.SigningMethodHS256, []byte(s.key), now.Add(24*time.Hour)),
		"$hs384", sign(jwt.SigningMethodHS384, []byte(s.key), now),
		"$hs512", sign(jwt.SigningMethodHS512, []byte(s.key), now),
		"$nonesigned", none + "c2lnbmF0dXJl",
		"$none", none,
	}
}

// call sends the delivery with the names of the payment it is about.
func (d delivery) call(s *shop, names *strings.Replacer) int {
	s.t.Helper()
	path := d.Path
	if path == "" {
		path = "/webhook/campay"
	}
	req, err := http.NewRequestWithContext(s.t.Context(), d.Method, s.url+path, strings.NewReader(names.Replace(d.Body)))
	s.must(err)
	req.URL.RawQuery = names.Replace(d.Query) // as it is: not even wrong escapes are mended
	if d.Type != "" {
		req.Header.Set("Content-Type", d.Type)
	}
	res, err := s.browser().client.Do(req)
	s.must(err)
	s.must(res.Body.Close())
	return res.StatusCode
}

func TestRecorded_Webhook_RightlySignedIsTaken_AndNothingElseIs(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	s.sandbox.Inject(sandbox.Fault{Kind: sandbox.WebhookLost, Times: -1})
	owner := s.signedIn(store.RoleOwner)
	all := readRecorded[delivery](t, "webhook.json")
	ids := make([]int64, len(all))
	for i, d := range all {
		phone := payerOf(money.MTN, i)
		sale, err := s.service.RequestPayment(t.Context(), payments.PushOrder{Operation: newOperation(), Amount: money.Francs(500), Phone: phone})
		s.must(err)
		s.must(s.sandbox.Enter(sale.Reference, "1234"))
		ids[i] = sale.ID
		status := d.call(s, strings.NewReplacer(append(s.signatures(),
			"$reference", sale.Reference, "$external", sale.ExternalReference, "$phone", string(phone))...))
		if (status == http.StatusOK) != d.Takes || status >= http.StatusInternalServerError {
			t.Errorf("%s: answered %d", d.It, status)
		}
		s.must(s.service.Work(t.Context())) // no time has passed: nobody polls
		got, err := s.store.Transaction(t.Context(), sale.ID)
		s.must(err)
		switch proves := d.Takes && !d.Stranger; {
		case got.PaidInFull() != proves:
			t.Errorf("%s: %s, paid in full %v", d.It, got.Status, got.PaidInFull())
		case !proves && got.ReportedStatus != "":
			t.Errorf("%s: %s is shown as reported", d.It, got.ReportedStatus)
		case proves && got.Flags.String() != d.Flags:
			t.Errorf("%s: flags %q, want %q", d.It, got.Flags, d.Flags)
		}
	}
	if got := owner.get("/webhooks"); got.status != http.StatusOK {
		t.Errorf("the list answered %d", got.status)
	}
	s.clock.pass(10 * time.Minute)
	for range 10 {
		s.clock.pass(time.Minute)
		s.must(s.service.Work(t.Context()))
	}
	for i, id := range ids {
		got, err := s.store.Transaction(t.Context(), id)
		s.must(err)
		if !got.PaidInFull() || got.Amount != money.Francs(500) {
			t.Errorf("%s: in the end %s with %d", all[i].It, got.Status, got.Amount)
		}
	}
	if known, err := s.store.Transactions(t.Context(), store.TransactionFilter{Limit: 500}); err != nil || len(known) != len(all) {
		t.Errorf("%d transactions, %v", len(known), err)
	}
}
