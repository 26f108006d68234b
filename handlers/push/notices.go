package push

// Notices by web push: "12 500 FCFA received", sent once for each collection that
// is proved paid, to the devices that want them. They are sent by a worker of
// their own: nothing that settles money waits for one.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/SherClockHolmes/webpush-go"
	"golang.org/x/sync/errgroup"

	"comptoir/store"
	"comptoir/views"
)

// How many notices wait, and are sent, at a time, and how long.
const (
	noticesWaiting = 100              // more at once are dropped: the book has them
	NoticesAtOnce  = 16               // devices that one notice is sent to together
	noticeLimit    = 10 * time.Second // to one device
	noticeLife     = time.Hour        // how long a push service keeps one for a phone that is off
)

// Notices sends what Paid is told, while Run runs.
type Notices struct {
	store  *store.Store
	log    *slog.Logger
	now    func() time.Time
	client *http.Client
	from   string // whom a push service may write to
	queue  chan notice
}

type notice struct {
	book store.Book
	t    store.Transaction
}

// NewNotices returns notices of a product at an address. client is nil for the
// one that reaches public addresses alone.
func NewNotices(s *store.Store, log *slog.Logger, now func() time.Time, client *http.Client, address string) *Notices {
	if client == nil {
		client = publicOnly()
	}
	return &Notices{s, log, now, client, address, make(chan notice, noticesWaiting)}
}

// errPrivate says that an endpoint is no public address.
var errPrivate = errors.New("not a public address")

// publicOnly calls no machine of the shop's own network, whatever a browser
// says of its push service, and follows no redirect there.
func publicOnly() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !isPublic(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout:       noticeLimit,
		Transport:     &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second, MaxIdleConns: 10, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// reserved are further addresses that lead to no push service, or to a private one
// in another form.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("::/96"), netip.MustParsePrefix("::ffff:0:0:0/96"),
	netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001::/32"),
}

func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Paid takes a collection that was proved paid in a book, and returns at once.
func (n *Notices) Paid(book store.Book, t store.Transaction) {
	select {
	case n.queue <- notice{book, t}:
	default:
		n.log.Warn("too many notices wait: one is dropped", "transaction", t.ID)
	}
}

// Run sends notices until ctx ends.
func (n *Notices) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case next := <-n.queue:
			if err := n.Tell(ctx, next.book, next.t); err != nil && ctx.Err() == nil {
				n.log.ErrorContext(ctx, "notices", "transaction", next.t.ID, "error", err)
			}
		}
	}
}

// Tell sends the notice of a payment to every device that wants it.
func (n *Notices) Tell(ctx context.Context, book store.Book, t store.Transaction) error {
	devices, err := n.store.PushTargets(ctx)
	if err != nil || len(devices) == 0 {
		return err
	}
	keys, err := n.keys(ctx)
	if err != nil {
		return err
	}
	var group errgroup.Group // each device has its own time: a slow one holds up no other
	group.SetLimit(NoticesAtOnce)
	for _, d := range devices {
		group.Go(func() error {
			now, err := n.store.PushSubscriptionAt(ctx, d.Endpoint, d.UserID) // it may have waited for slow ones
			if errors.Is(err, store.ErrNotFound) || err == nil && now.Resting {
				return nil
			}
			if err != nil {
				return err
			}
			return n.send(ctx, keys, d, views.PaidNotice(views.WithLocale(ctx, d.Locale), book, t))
		})
	}
	return group.Wait()
}

// keys are the pair that signs notices, made when it is first wanted.
func (n *Notices) keys(ctx context.Context) (store.PushKeys, error) {
	keys, err := n.store.PushKeys(ctx)
	if !errors.Is(err, store.ErrNotFound) {
		return keys, err
	}
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return keys, fmt.Errorf("make push keys: %w", err)
	}
	if err := n.store.AddPushKeys(ctx, store.PushKeys{Public: public, Private: private}, n.now()); err != nil {
		return keys, err
	}
	return n.store.PushKeys(ctx)
}

// send sends one notice to one device and keeps what became of it; a device that
// its push service knows no more is forgotten.
func (n *Notices) send(ctx context.Context, keys store.PushKeys, d store.PushSubscription, said views.Notice) error {
	body, err := json.Marshal(said)
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	status, err := n.post(ctx, keys, d, body)
	result := store.PushSent
	switch {
	case err != nil:
		n.log.DebugContext(ctx, "notice not sent", "device", d.ID, "error", err)
		result = store.PushUnreachable
	case status == http.StatusNotFound || status == http.StatusGone:
		return n.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.DeletePushSubscription(ctx, d.ID, d.UserID) })
	case status >= http.StatusMultipleChoices:
		result = store.PushRefused
	}
	err = n.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.SetPushResult(ctx, d.ID, result, n.now()) })
	if errors.Is(err, store.ErrNotFound) {
		return nil // it was turned off meanwhile
	}
	return err
}

func (n *Notices) post(ctx context.Context, keys store.PushKeys, d store.PushSubscription, body []byte) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, noticeLimit)
	defer cancel()
	res, err := webpush.SendNotificationWithContext(ctx, body,
		&webpush.Subscription{Endpoint: d.Endpoint, Keys: webpush.Keys{P256dh: d.P256dh, Auth: d.Auth}},
		&webpush.Options{
			HTTPClient: n.client, Subscriber: n.from, TTL: int(noticeLife.Seconds()), Urgency: webpush.UrgencyHigh,
			VAPIDPublicKey: keys.Public, VAPIDPrivateKey: keys.Private,
		})
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4<<10)) // so that the connection is used again
	return res.StatusCode, nil
}

// Test sends a notice to one device, to see that they arrive.
func (n *Notices) Test(ctx context.Context, d store.PushSubscription) error {
	keys, err := n.keys(ctx)
	if err != nil {
		return err
	}
	return n.send(ctx, keys, d, views.TestNotice(views.WithLocale(ctx, d.Locale), strconv.FormatInt(d.ID, 10)))
}

// PublicKey is what a browser asks its push service with.
func (n *Notices) PublicKey(ctx context.Context) (string, error) {
	keys, err := n.keys(ctx)
	return keys.Public, err
}
