// Package handlers is the product over HTTP: routes.go is its table of
// contents, one file per screen holds the rest, named as its view.
package handlers

import (
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/static"
	"comptoir/store"
	"comptoir/views"
)

// Config is what the product needs to answer.
type Config struct {
	Store    *store.Store
	Payments *payments.Service
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
	URL      string           // the product's own address, without a slash at the end
	PublicQR bool             // customers reach URL, so QR codes hold it; else they hold CamPay's links
	Nearby   func() string    // this machine's address in its own network; nil or "" where there is none
	Shop     string
	Book     store.Book
	Dev      bool         // /styleguide
	Sandbox  http.Handler // served under /sandbox; nil with real keys
	Closing  <-chan struct{}
	Behind   *sync.WaitGroup // what goes on after an answer; whoever closes the store waits for it
	Proxies  []*net.IPNet    // whose X-Forwarded-For is believed; none for nobody's
	Wiring   Wiring          // nil: there are no settings
	Notices  *Notices        // nil: there are none

	Guesses   *access.Guesses     // of the product, whatever its settings become; nil: of this handler
	Passwords access.PasswordCost // from TunedPasswords; zero: the least
}

type server struct {
	Config
	access   *access.Service
	sessions *sessionStore
	live     live
}

// audience says who may use a route; the server checks it on each request. Public
// routes ask for no session.
type audience []store.Role

// Who may use a route.
var (
	public       = audience(nil)
	everyone     = audience{store.RoleOwner, store.RoleCashier, store.RoleAccountant}
	takesPayment = audience{store.RoleOwner, store.RoleCashier}
	readsAll     = audience{store.RoleOwner, store.RoleAccountant}
	ownerOnly    = audience{store.RoleOwner}
	cashierOnly  = audience{store.RoleCashier}
)

// route is one line of the table: what a request is, who may make it, and
// what answers.
type route struct {
	method, path string
	audience     audience
	handle       echo.HandlerFunc
}

// routes are every way into the product but its static files and the sandbox.
func (s *server) routes() []route {
	routes := []route{
		{"GET", "/", everyone, s.home},
		{"GET", "/balance", readsAll, s.balance},

		{"GET", "/signin", public, s.signInForm},
		{"POST", "/signin", public, s.signIn},
		{"GET", "/signin/second", public, s.secondFactorForm},
		{"POST", "/signin/second", public, s.secondFactor},
		{"POST", "/signin/passkey/begin", public, s.takesPasskeys(s.beginPasskeySignIn)},
		{"POST", "/signin/passkey/finish", public, s.takesPasskeys(s.finishPasskeySignIn)},
		{"POST", "/signout", public, s.signOut},
		{"GET", "/switch", public, s.switchForm},
		{"POST", "/switch", public, s.switchPerson},
		{"GET", "/join/:token", public, s.joinForm},
		{"POST", "/join/:token", public, s.join},
		{"POST", "/language", public, s.language},

		{"GET", "/checkout", takesPayment, s.checkout},
		{"GET", "/checkout/strip", takesPayment, s.strip},
		{"GET", "/checkout/strip/live", takesPayment, s.stripLive},
		{"POST", "/checkout/qr", takesPayment, s.checkoutQR},
		{"GET", "/checkout/qr/:id", takesPayment, s.qrSalePage},
		{"GET", "/checkout/qr/:id/status", takesPayment, s.qrSaleStatus},
		{"GET", "/checkout/qr/:id/live", takesPayment, s.qrSaleLive},
		{"POST", "/checkout/qr/:id/end", takesPayment, s.endQRSale},
		{"GET", "/checkout/phone", takesPayment, s.phoneSaleForm},
		{"POST", "/checkout/phone", takesPayment, s.checkoutPhone},
		{"GET", "/checkout/phone/:id", takesPayment, s.phoneSalePage},
		{"GET", "/checkout/phone/:id/status", takesPayment, s.phoneSaleStatus},
		{"GET", "/checkout/phone/:id/live", takesPayment, s.phoneSaleLive},
		{"POST", "/checkout/phone/:id/end", takesPayment, s.endPhoneSale},
		{"GET", "/checkout/claim", takesPayment, s.claimForm},
		{"POST", "/checkout/claim", takesPayment, s.checkClaim},

		{"GET", "/links", everyone, s.links},
		{"GET", "/links/new", takesPayment, s.linkForm},
		{"POST", "/links", takesPayment, s.createLink},
		{"GET", "/links/batch", takesPayment, s.batchForm},
		{"POST", "/links/batch", takesPayment, s.createBatch},
		{"GET", "/links/batch/:batch", everyone, s.batch},
		{"GET", "/links/batch/:batch/sheet.pdf", everyone, s.batchSheet},
		{"GET", "/links/batch/:batch/links.csv", readsAll, s.batchCSV},
		{"GET", "/links/:id", everyone, s.link},
		{"GET", "/links/:id/edit", takesPayment, s.linkEditForm},
		{"POST", "/links/:id/edit", takesPayment, s.changeLink},
		{"POST", "/links/:id/pause", takesPayment, s.actOnLink(s.Payments.PauseLink, views.FlashLinkPaused)},
		{"POST", "/links/:id/resume", takesPayment, s.actOnLink(s.Payments.ResumeLink, views.FlashLinkResumed)},
		{"POST", "/links/:id/archive", takesPayment, s.actOnLink(s.Payments.ArchiveLink, views.FlashLinkArchived)},
		{"POST", "/links/:id/restore", takesPayment, s.actOnLink(s.Payments.RestoreLink, views.FlashLinkRestored)},
		{"POST", "/links/:id/replace", ownerOnly, s.replaceCounter},
		{"GET", "/links/:id/status", everyone, s.linkStatus},
		{"GET", "/links/:id/live", everyone, s.linkLive},
		{"GET", "/links/:id/qr.png", everyone, s.withCode(s.linkPNG)},
		{"GET", "/links/:id/poster.pdf", everyone, s.withCode(s.poster)},

		{"GET", "/transactions", everyone, s.transactions},
		{"GET", "/transactions/:id", everyone, s.transaction},
		{"GET", "/transactions/:id/status", everyone, s.transactionStatus},
		{"GET", "/transactions/:id/live", everyone, s.transactionLive},
		{"GET", "/transactions/:id/receipt", everyone, s.transactionReceipt},
		{"POST", "/transactions/:id/check", everyone, s.checkTransaction},
		{"GET", "/transactions/:id/refund", ownerOnly, s.payoutForm(refunding)},
		{"POST", "/transactions/:id/refund", ownerOnly, s.payoutReview(refunding)},
		{"POST", "/transactions/:id/refund/confirm", ownerOnly, s.confirmPayout(refunding)},
		{"POST", "/transactions/:id/decide", ownerOnly, s.decide},

		{"GET", "/withdraw", ownerOnly, s.payoutForm(withdrawing)},
		{"POST", "/withdraw", ownerOnly, s.payoutReview(withdrawing)},
		{"POST", "/withdraw/confirm", ownerOnly, s.confirmPayout(withdrawing)},
		{"GET", "/airtime", ownerOnly, s.payoutForm(topUp)},
		{"POST", "/airtime", ownerOnly, s.payoutReview(topUp)},
		{"POST", "/airtime/confirm", ownerOnly, s.confirmPayout(topUp)},
		{"GET", "/approvals", ownerOnly, s.approvals},
		{"GET", "/approvals/:id", ownerOnly, s.approval},
		{"POST", "/approvals/:id/approve", ownerOnly, s.approve},
		{"POST", "/approvals/:id/refuse", ownerOnly, s.refuseApproval},

		{"GET", "/recipients", ownerOnly, s.recipients},
		{"GET", "/recipients/new", ownerOnly, s.recipientForm},
		{"POST", "/recipients", ownerOnly, s.saveRecipient},
		{"GET", "/recipients/:id/remove", ownerOnly, s.recipientQuestion},
		{"POST", "/recipients/:id/remove", ownerOnly, s.removeRecipient},
		{"GET", "/payout-rules", ownerOnly, s.payoutRules},
		{"POST", "/payout-rules", ownerOnly, s.setPayoutRules},
		{"POST", "/payout-rules/freeze", ownerOnly, s.freeze},
		{"GET", "/payout-rules/unfreeze", ownerOnly, s.unfreezeForm},
		{"POST", "/payout-rules/unfreeze", ownerOnly, s.unfreeze},

		{"GET", "/reconciliation", readsAll, s.reconciliation},
		{"POST", "/reconciliation", readsAll, s.compare},
		{"GET", "/reconciliation.csv", readsAll, s.reconciliationCSV},
		{"POST", "/reconciliation/import/:id", ownerOnly, s.importRow},

		{"GET", "/account", everyone, s.ownAccount},
		{"POST", "/account/password", everyone, s.changePassword},
		{"POST", "/account/sessions/end", everyone, s.endOwnSession},
		{"POST", "/account/pin", cashierOnly, s.setPIN},
		{"GET", "/account/totp", everyone, s.totpForm},
		{"POST", "/account/totp", everyone, s.turnTOTPOn},
		{"POST", "/account/totp/off", everyone, s.turnTOTPOff},
		{"POST", "/account/recovery", everyone, s.renewRecovery},
		{"GET", "/account/passkeys/new", everyone, s.takesPasskeys(s.passkeyForm)},
		{"POST", "/account/passkeys/new", everyone, s.takesPasskeys(s.beginPasskey)},
		{"POST", "/account/passkeys", everyone, s.takesPasskeys(s.finishPasskey)},
		{"POST", "/account/passkeys/:id/remove", everyone, s.takesPasskeys(s.removePasskey)},

		{"GET", "/team", ownerOnly, s.team},
		{"GET", "/team/invite", ownerOnly, s.inviteForm},
		{"POST", "/team/invite", ownerOnly, s.invite},
		{"POST", "/team/invitations/:id/revoke", ownerOnly, s.revokeInvitation},
		{"POST", "/team/tills", ownerOnly, s.trustTill},
		{"POST", "/team/tills/:id/remove", ownerOnly, s.removeTill},
		{"GET", "/team/:id", ownerOnly, s.person},
		{"POST", "/team/:id", ownerOnly, s.changePerson},
		{"POST", "/team/:id/sessions/end", ownerOnly, s.endSession},

		{"GET", "/audit", readsAll, s.auditLog},
		{"GET", "/audit.csv", readsAll, s.auditCSV},
		{"POST", "/audit/check", readsAll, s.checkAudit},

		{"POST", "/damage/seen", ownerOnly, s.seeToDamage},

		{"GET", "/webhooks", readsAll, s.webhooks},
		{"GET", "/webhooks/:id", readsAll, s.webhook},
		{"POST", "/webhooks/:id/again", ownerOnly, s.applyAgain},

		{"GET", "/webhook/campay", public, s.takeWebhook},
		{"POST", "/webhook/campay", public, s.takeWebhook},
		{"GET", "/webhook/campay/", public, s.takeWebhook}, // as some type it at CamPay
		{"POST", "/webhook/campay/", public, s.takeWebhook},
		{"GET", "/p/:slug", public, s.payPage},
		{"GET", "/p/:slug/", public, s.payPage}, // goes to the one without
		{"POST", "/p/:slug", public, s.paced(s.payLink)},
		{"GET", "/p/:slug/status", public, s.payStatus},
		{"GET", "/p/:slug/:operation", public, s.payment},
		{"GET", "/p/:slug/:operation/status", public, s.paymentStatus},
		{"GET", "/p/:slug/:operation/receipt", public, s.paymentReceipt},
		{"GET", "/r/:token", public, s.receipt},
		{"GET", "/r/:token/receipt.pdf", public, s.receiptPDF},
		{"GET", "/manifest.webmanifest", public, s.manifest},
		{"GET", "/sw.js", public, s.serviceWorker},
		{"GET", "/offline", public, s.offline},
		{"GET", "/healthz", public, s.health},
	}
	if s.Wiring != nil {
		routes = append(routes,
			route{"GET", "/setup", public, s.setupForm},
			route{"POST", "/setup", public, s.claimSetup},
			route{"GET", "/settings", ownerOnly, s.settings},
			route{"POST", "/settings/shop", ownerOnly, s.setShop},
			route{"GET", "/settings/campay", ownerOnly, s.keysForm},
			route{"POST", "/settings/campay", ownerOnly, s.setKeys},
			route{"GET", "/settings/webhook", ownerOnly, s.webhookCheck},
			route{"GET", "/settings/webhook/status", ownerOnly, s.webhookCheckStatus},
			route{"GET", "/logo.png", public, s.logoPNG},
		)
	}
	if s.Notices != nil {
		routes = append(routes,
			route{"POST", "/account/notices", everyone, s.addDevice},
			route{"POST", "/account/notices/wake", everyone, s.wakeDevice},
			route{"POST", "/account/notices/:id/test", everyone, s.testDevice},
			route{"POST", "/account/notices/:id/remove", everyone, s.removeDevice},
		)
	}
	if s.Dev {
		routes = append(routes, route{"GET", "/styleguide", public, s.styleguide})
	}
	return routes
}

// New returns the product as one handler.
func New(c Config) http.Handler { return newServer(c).handler() }

func newServer(c Config) *server {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Guesses == nil {
		c.Guesses = &access.Guesses{}
	}
	return &server{
		live: live{beat: liveBeat}, Config: c,
		access:   access.New(access.Config{Store: c.Store, Log: c.Log, Now: c.Now, Guesses: c.Guesses, Cost: c.Passwords, URL: c.URL, Shop: c.Shop}),
		sessions: &sessionStore{store: c.Store, now: c.Now, log: c.Log, secure: strings.HasPrefix(c.URL, "https://"), mark: cookieMark(c.Store.Keys)},
	}
}

func (s *server) handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.handleError
	e.IPExtractor = addressOf(s.Proxies)
	s.use(e)
	routes := s.routes()
	for _, r := range routes {
		e.Add(r.method, r.path, r.handle, s.allow(r.audience))
		if r.method == http.MethodPost && !isRead(routes, r.path) {
			e.GET(r.path, stepBack(routes, r.path), s.allow(r.audience))
		}
		if r.method == http.MethodGet && !strings.HasSuffix(r.path, "/live") && !strings.HasPrefix(r.path, "/webhook/") {
			e.HEAD(r.path, r.handle, s.allow(r.audience))
		}
	}
	files := echo.WrapHandler(static.Handler())
	e.GET("/static/*", files)
	e.HEAD("/static/*", files)
	if s.Sandbox == nil {
		return e
	}
	return beside(e, "/sandbox", s.Sandbox)
}

// addressOf reads who asks: from the connection, or from what a trusted proxy
// says of it.
func addressOf(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, proxy := range proxies {
		trust = append(trust, echo.TrustIPRange(proxy))
	}
	read := echo.ExtractIPFromXFFHeader(trust...)
	return func(r *http.Request) string {
		said := strings.Split(strings.Join(r.Header.Values(echo.HeaderXForwardedFor), ","), ",")
		for i, address := range said {
			said[i] = withoutPort(strings.TrimSpace(address))
		}
		return read(&http.Request{RemoteAddr: r.RemoteAddr, Header: http.Header{echo.HeaderXForwardedFor: {strings.Join(said, ", ")}}})
	}
}

// withoutPort is an address as some proxies write it, 192.0.2.1:443 or
// [2001:db8::1]:443, without its port.
func withoutPort(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// beside serves everything under prefix by other, with its own middleware.
func beside(main http.Handler, prefix string, other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == prefix || strings.HasPrefix(r.URL.Path, prefix+"/") {
			other.ServeHTTP(w, r)
			return
		}
		main.ServeHTTP(w, r)
	})
}
