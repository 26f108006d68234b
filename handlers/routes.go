// Package handlers is the product over HTTP: routes.go is its table of
// contents, one file per screen holds the rest, named as its view.
package handlers

import (
	"net"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/ledger"
	"comptoir/handlers/links"
	"comptoir/handlers/out"
	"comptoir/handlers/pay"
	"comptoir/handlers/people"
	"comptoir/handlers/push"
	"comptoir/handlers/settings"
	"comptoir/handlers/till"
	"comptoir/handlers/web"
	"comptoir/static"
	"comptoir/store"
	"comptoir/views"
)

// Config is what the product needs to answer.
type Config struct {
	web.Config
	Dev     bool          // /styleguide
	Sandbox http.Handler  // served under /sandbox; nil with real keys
	Proxies []*net.IPNet  // whose X-Forwarded-For is believed; none for nobody's
	Notices *push.Notices // nil: there are none
}

// server is the desk and the rooms, behind one table of routes.
type server struct {
	Config
	desk *web.Desk
}

// rooms are the screens by kind of work, each with what it needs beside the desk.
type rooms struct {
	people   *people.Screens
	till     *till.Screens
	links    *links.Screens
	pay      *pay.Screens
	out      *out.Screens
	ledger   *ledger.Screens
	settings *settings.Screens
	push     *push.Screens
}

func (s *server) rooms() rooms {
	ofLinks := &links.Screens{Desk: s.desk}
	return rooms{
		people:   &people.Screens{Desk: s.desk, Notices: s.Notices},
		till:     &till.Screens{Desk: s.desk, Links: ofLinks},
		links:    ofLinks,
		pay:      &pay.Screens{Desk: s.desk},
		out:      &out.Screens{Desk: s.desk},
		ledger:   &ledger.Screens{Desk: s.desk},
		settings: &settings.Screens{Desk: s.desk},
		push:     &push.Screens{Desk: s.desk, Notices: s.Notices},
	}
}

// Who may use a route.
var (
	public       = web.Audience(nil)
	everyone     = web.Audience{store.RoleOwner, store.RoleCashier, store.RoleAccountant}
	takesPayment = web.Audience{store.RoleOwner, store.RoleCashier}
	readsAll     = web.Audience{store.RoleOwner, store.RoleAccountant}
	ownerOnly    = web.Audience{store.RoleOwner}
	cashierOnly  = web.Audience{store.RoleCashier}
)

// route is one line of the table: what a request is, who may make it, and
// what answers.
type route struct {
	method, path string
	audience     web.Audience
	handle       echo.HandlerFunc
}

// routes are every way into the product but its static files and the sandbox.
func (s *server) routes() []route {
	at := s.rooms()
	routes := []route{
		{"GET", "/", everyone, at.ledger.Home},
		{"GET", "/balance", readsAll, at.ledger.Balance},

		{"GET", "/signin", public, at.people.SignInForm},
		{"POST", "/signin", public, at.people.SignIn},
		{"GET", "/signin/second", public, at.people.SecondFactorForm},
		{"POST", "/signin/second", public, at.people.SecondFactor},
		{"POST", "/signin/passkey/begin", public, at.people.TakesPasskeys(at.people.BeginPasskeySignIn)},
		{"POST", "/signin/passkey/finish", public, at.people.TakesPasskeys(at.people.FinishPasskeySignIn)},
		{"POST", "/signout", public, at.people.SignOut},
		{"GET", "/switch", public, at.people.SwitchForm},
		{"POST", "/switch", public, at.people.SwitchPerson},
		{"GET", "/join/:token", public, at.people.JoinForm},
		{"POST", "/join/:token", public, at.people.Join},
		{"POST", "/language", public, at.people.Language},

		{"GET", "/checkout", takesPayment, at.till.Checkout},
		{"GET", "/checkout/strip", takesPayment, at.till.Strip},
		{"GET", "/checkout/strip/live", takesPayment, at.till.StripLive},
		{"POST", "/checkout/qr", takesPayment, at.till.CheckoutQR},
		{"GET", "/checkout/qr/:id", takesPayment, at.till.QRSalePage},
		{"GET", "/checkout/qr/:id/status", takesPayment, at.till.QRSaleStatus},
		{"GET", "/checkout/qr/:id/live", takesPayment, at.till.QRSaleLive},
		{"POST", "/checkout/qr/:id/end", takesPayment, at.till.EndQRSale},
		{"GET", "/checkout/phone", takesPayment, at.till.PhoneSaleForm},
		{"POST", "/checkout/phone", takesPayment, at.till.CheckoutPhone},
		{"GET", "/checkout/phone/:id", takesPayment, at.till.PhoneSalePage},
		{"GET", "/checkout/phone/:id/status", takesPayment, at.till.PhoneSaleStatus},
		{"GET", "/checkout/phone/:id/live", takesPayment, at.till.PhoneSaleLive},
		{"POST", "/checkout/phone/:id/end", takesPayment, at.till.EndPhoneSale},
		{"GET", "/checkout/claim", takesPayment, at.till.ClaimForm},
		{"POST", "/checkout/claim", takesPayment, at.till.CheckClaim},

		{"GET", "/links", everyone, at.links.Links},
		{"GET", "/links/new", takesPayment, at.links.LinkForm},
		{"POST", "/links", takesPayment, at.links.CreateLink},
		{"GET", "/links/batch", takesPayment, at.links.BatchForm},
		{"POST", "/links/batch", takesPayment, at.links.CreateBatch},
		{"GET", "/links/batch/:batch", everyone, at.links.Batch},
		{"GET", "/links/batch/:batch/sheet.pdf", everyone, at.links.BatchSheet},
		{"GET", "/links/batch/:batch/links.csv", readsAll, at.links.BatchCSV},
		{"GET", "/links/:id", everyone, at.links.Link},
		{"GET", "/links/:id/edit", takesPayment, at.links.LinkEditForm},
		{"POST", "/links/:id/edit", takesPayment, at.links.ChangeLink},
		{"POST", "/links/:id/pause", takesPayment, at.links.ActOnLink(s.Payments.PauseLink, views.FlashLinkPaused)},
		{"POST", "/links/:id/resume", takesPayment, at.links.ActOnLink(s.Payments.ResumeLink, views.FlashLinkResumed)},
		{"POST", "/links/:id/archive", takesPayment, at.links.ActOnLink(s.Payments.ArchiveLink, views.FlashLinkArchived)},
		{"POST", "/links/:id/restore", takesPayment, at.links.ActOnLink(s.Payments.RestoreLink, views.FlashLinkRestored)},
		{"POST", "/links/:id/replace", ownerOnly, at.links.ReplaceCounter},
		{"GET", "/links/:id/status", everyone, at.links.LinkStatus},
		{"GET", "/links/:id/live", everyone, at.links.LinkLive},
		{"GET", "/links/:id/qr.png", everyone, at.links.WithCode(at.links.LinkPNG)},
		{"GET", "/links/:id/poster.pdf", everyone, at.links.WithCode(at.links.Poster)},

		{"GET", "/transactions", everyone, at.ledger.Transactions},
		{"GET", "/transactions/:id", everyone, at.ledger.Transaction},
		{"GET", "/transactions/:id/status", everyone, at.ledger.TransactionStatus},
		{"GET", "/transactions/:id/live", everyone, at.ledger.TransactionLive},
		{"GET", "/transactions/:id/receipt", everyone, at.pay.TransactionReceipt},
		{"POST", "/transactions/:id/check", everyone, at.ledger.CheckTransaction},
		{"GET", "/transactions/:id/refund", ownerOnly, at.out.PayoutForm(out.Refunding)},
		{"POST", "/transactions/:id/refund", ownerOnly, at.out.PayoutReview(out.Refunding)},
		{"POST", "/transactions/:id/refund/confirm", ownerOnly, at.out.ConfirmPayout(out.Refunding)},
		{"POST", "/transactions/:id/decide", ownerOnly, at.ledger.Decide},

		{"GET", "/withdraw", ownerOnly, at.out.PayoutForm(out.Withdrawing)},
		{"POST", "/withdraw", ownerOnly, at.out.PayoutReview(out.Withdrawing)},
		{"POST", "/withdraw/confirm", ownerOnly, at.out.ConfirmPayout(out.Withdrawing)},
		{"GET", "/airtime", ownerOnly, at.out.PayoutForm(out.TopUp)},
		{"POST", "/airtime", ownerOnly, at.out.PayoutReview(out.TopUp)},
		{"POST", "/airtime/confirm", ownerOnly, at.out.ConfirmPayout(out.TopUp)},
		{"GET", "/approvals", ownerOnly, at.out.Approvals},
		{"GET", "/approvals/:id", ownerOnly, at.out.Approval},
		{"POST", "/approvals/:id/approve", ownerOnly, at.out.Approve},
		{"POST", "/approvals/:id/refuse", ownerOnly, at.out.RefuseApproval},

		{"GET", "/recipients", ownerOnly, at.out.Recipients},
		{"GET", "/recipients/new", ownerOnly, at.out.RecipientForm},
		{"POST", "/recipients", ownerOnly, at.out.SaveRecipient},
		{"GET", "/recipients/:id/remove", ownerOnly, at.out.RecipientQuestion},
		{"POST", "/recipients/:id/remove", ownerOnly, at.out.RemoveRecipient},
		{"GET", "/payout-rules", ownerOnly, at.out.PayoutRules},
		{"POST", "/payout-rules", ownerOnly, at.out.SetPayoutRules},
		{"POST", "/payout-rules/freeze", ownerOnly, at.out.Freeze},
		{"GET", "/payout-rules/unfreeze", ownerOnly, at.out.UnfreezeForm},
		{"POST", "/payout-rules/unfreeze", ownerOnly, at.out.Unfreeze},

		{"GET", "/reconciliation", readsAll, at.ledger.Reconciliation},
		{"POST", "/reconciliation", readsAll, at.ledger.Compare},
		{"GET", "/reconciliation.csv", readsAll, at.ledger.ReconciliationCSV},
		{"POST", "/reconciliation/import/:id", ownerOnly, at.ledger.ImportRow},

		{"GET", "/account", everyone, at.people.OwnAccount},
		{"POST", "/account/password", everyone, at.people.ChangePassword},
		{"POST", "/account/sessions/end", everyone, at.people.EndOwnSession},
		{"POST", "/account/pin", cashierOnly, at.people.SetPIN},
		{"GET", "/account/totp", everyone, at.people.TOTPForm},
		{"POST", "/account/totp", everyone, at.people.TurnTOTPOn},
		{"POST", "/account/totp/off", everyone, at.people.TurnTOTPOff},
		{"POST", "/account/recovery", everyone, at.people.RenewRecovery},
		{"GET", "/account/passkeys/new", everyone, at.people.TakesPasskeys(at.people.PasskeyForm)},
		{"POST", "/account/passkeys/new", everyone, at.people.TakesPasskeys(at.people.BeginPasskey)},
		{"POST", "/account/passkeys", everyone, at.people.TakesPasskeys(at.people.FinishPasskey)},
		{"POST", "/account/passkeys/:id/remove", everyone, at.people.TakesPasskeys(at.people.RemovePasskey)},

		{"GET", "/team", ownerOnly, at.people.Team},
		{"GET", "/team/invite", ownerOnly, at.people.InviteForm},
		{"POST", "/team/invite", ownerOnly, at.people.Invite},
		{"POST", "/team/invitations/:id/revoke", ownerOnly, at.people.RevokeInvitation},
		{"POST", "/team/tills", ownerOnly, at.people.TrustTill},
		{"POST", "/team/tills/:id/remove", ownerOnly, at.people.RemoveTill},
		{"GET", "/team/:id", ownerOnly, at.people.Person},
		{"POST", "/team/:id", ownerOnly, at.people.ChangePerson},
		{"POST", "/team/:id/sessions/end", ownerOnly, at.people.EndSession},

		{"GET", "/audit", readsAll, at.ledger.AuditLog},
		{"GET", "/audit.csv", readsAll, at.ledger.AuditCSV},
		{"POST", "/audit/check", readsAll, at.ledger.CheckAudit},

		{"POST", "/damage/seen", ownerOnly, at.ledger.SeeToDamage},

		{"GET", "/webhooks", readsAll, at.ledger.Webhooks},
		{"GET", "/webhooks/:id", readsAll, at.ledger.Webhook},
		{"POST", "/webhooks/:id/again", ownerOnly, at.ledger.ApplyAgain},

		{"GET", "/webhook/campay", public, at.ledger.TakeWebhook},
		{"POST", "/webhook/campay", public, at.ledger.TakeWebhook},
		{"GET", "/webhook/campay/", public, at.ledger.TakeWebhook}, // as some type it at CamPay
		{"POST", "/webhook/campay/", public, at.ledger.TakeWebhook},
		{"GET", "/p/:slug", public, at.pay.PayPage},
		{"GET", "/p/:slug/", public, at.pay.PayPage}, // goes to the one without
		{"POST", "/p/:slug", public, at.pay.Paced(at.pay.PayLink)},
		{"GET", "/p/:slug/status", public, at.pay.PayStatus},
		{"GET", "/p/:slug/:operation", public, at.pay.Payment},
		{"GET", "/p/:slug/:operation/status", public, at.pay.PaymentStatus},
		{"GET", "/p/:slug/:operation/receipt", public, at.pay.PaymentReceipt},
		{"GET", "/r/:token", public, at.pay.Receipt},
		{"GET", "/r/:token/receipt.pdf", public, at.pay.ReceiptPDF},
		{"GET", "/manifest.webmanifest", public, s.manifest},
		{"GET", "/sw.js", public, s.serviceWorker},
		{"GET", "/offline", public, s.offline},
		{"GET", "/healthz", public, at.ledger.Health},
	}
	if s.desk.Wiring != nil {
		routes = append(routes,
			route{"GET", "/setup", public, at.settings.SetupForm},
			route{"POST", "/setup", public, at.settings.ClaimSetup},
			route{"GET", "/settings", ownerOnly, at.settings.Settings},
			route{"POST", "/settings/shop", ownerOnly, at.settings.SetShop},
			route{"GET", "/settings/campay", ownerOnly, at.settings.KeysForm},
			route{"POST", "/settings/campay", ownerOnly, at.settings.SetKeys},
			route{"GET", "/settings/webhook", ownerOnly, at.settings.WebhookCheck},
			route{"GET", "/settings/webhook/status", ownerOnly, at.settings.WebhookCheckStatus},
			route{"GET", "/logo.png", public, at.settings.LogoPNG},
		)
	}
	if s.Notices != nil {
		routes = append(routes,
			route{"POST", "/account/notices", everyone, at.push.AddDevice},
			route{"POST", "/account/notices/wake", everyone, at.push.WakeDevice},
			route{"POST", "/account/notices/:id/test", everyone, at.push.TestDevice},
			route{"POST", "/account/notices/:id/remove", everyone, at.push.RemoveDevice},
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
	if c.Sandbox != nil {
		c.Phone = "/sandbox/phone"
	}
	return &server{Config: c, desk: web.New(c.Config)}
}

func (s *server) handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.desk.HandleError
	e.IPExtractor = addressOf(s.Proxies)
	s.desk.Use(e)
	routes := s.routes()
	for _, r := range routes {
		e.Add(r.method, r.path, r.handle, s.desk.Allow(r.audience))
		if r.method == http.MethodPost && !isRead(routes, r.path) {
			e.GET(r.path, stepBack(routes, r.path), s.desk.Allow(r.audience))
		}
		if r.method == http.MethodGet && !strings.HasSuffix(r.path, "/live") && !strings.HasPrefix(r.path, "/webhook/") {
			e.HEAD(r.path, r.handle, s.desk.Allow(r.audience))
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

// isRead reports whether an address can be read.
func isRead(routes []route, address string) bool {
	return slices.ContainsFunc(routes, func(r route) bool { return r.method == http.MethodGet && r.path == address })
}

// stepBack answers whoever loads anew the address of a form that was answered with
// what is wrong, as a browser's back does: nothing is sent, the nearest page above it
// is shown.
func stepBack(routes []route, address string) echo.HandlerFunc {
	steps := 0
	for address != "/" && !isRead(routes, address) {
		address = path.Dir(address)
		steps++
	}
	return func(c echo.Context) error {
		to := c.Request().URL.Path
		for range steps {
			to = path.Dir(to)
		}
		return web.See(c, to)
	}
}
