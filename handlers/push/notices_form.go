package push

// Turning notices on and off, on one's own account.

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/access"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// MaxEndpoint bounds the address of a push service, in bytes.
const MaxEndpoint = 1000

// TriedLimit is how many notices one may send oneself to see that they arrive.
var TriedLimit = access.Limit{Free: 5, Longest: time.Minute}

// AddDevice keeps the subscription that a browser made with its push service.
func (s *Screens) AddDevice(c echo.Context) error {
	p := store.PushSubscription{
		UserID: web.User(c).ID, Endpoint: c.FormValue("endpoint"), P256dh: c.FormValue("p256dh"), Auth: c.FormValue("auth"),
		Device: web.Device(c.Request().UserAgent()), CreatedAt: s.Now(),
	}
	if !isEndpoint(p.Endpoint) || !arePushKeys(p) {
		return echo.NewHTTPError(http.StatusUnprocessableEntity)
	}
	var err error
	if p.SessionHash, err = s.SessionHash(c); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddPushSubscription(ctx, p); err != nil {
			return err
		}
		return s.Audit(ctx, tx, web.Did(p.UserID, "notices.on", "person", p.UserID), map[string]string{"name": p.Device})
	}); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashNoticesOn); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// WakeDevice has a browser told again whose person is signed in there anew. A
// subscription that is not hers, or none of ours, stays what it is.
func (s *Screens) WakeDevice(c echo.Context) error {
	ctx, u := c.Request().Context(), web.User(c)
	current, err := s.SessionHash(c)
	if err != nil {
		return err
	}
	d, err := s.Store.PushSubscriptionAt(ctx, c.FormValue("endpoint"), u.ID)
	if err == nil && (d.Resting || !bytes.Equal(d.SessionHash, current)) {
		err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.WakePushSubscription(ctx, d.ID, u.ID, current)
		})
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// isEndpoint reports whether text is the public address of a push service.
func isEndpoint(text string) bool {
	u, err := url.Parse(text)
	if err != nil || len(text) > MaxEndpoint || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Port() != "" && u.Port() != "443" {
		return false
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err != nil && strings.Contains(u.Hostname(), ".") // a name, and not one of this network alone
}

// arePushKeys reports whether a browser's keys are a point on the curve and a
// secret of their lengths.
func arePushKeys(p store.PushSubscription) bool {
	point, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.P256dh, "="))
	if err != nil {
		return false
	}
	secret, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p.Auth, "="))
	if err != nil || len(secret) != 16 {
		return false
	}
	_, err = ecdh.P256().NewPublicKey(point)
	return err == nil
}

// ownDevice is the device that a path names, if it belongs to who asks.
func (s *Screens) ownDevice(c echo.Context) (store.PushSubscription, error) {
	n, err := web.ID(c)
	if err != nil {
		return store.PushSubscription{}, err
	}
	all, err := s.Store.PushSubscriptions(c.Request().Context(), web.User(c).ID)
	for _, d := range all {
		if d.ID == n {
			return d, nil
		}
	}
	if err == nil {
		err = store.ErrNotFound
	}
	return store.PushSubscription{}, err
}

func (s *Screens) RemoveDevice(c echo.Context) error {
	d, err := s.ownDevice(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.DeletePushSubscription(ctx, d.ID, d.UserID); err != nil {
			return err
		}
		return s.Audit(ctx, tx, web.Did(d.UserID, "notices.off", "person", d.UserID), map[string]string{"name": d.Device})
	}); err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashNoticesOff); err != nil {
		return err
	}
	return web.See(c, "/account")
}

func (s *Screens) TestDevice(c echo.Context) error {
	d, err := s.ownDevice(c)
	if err != nil {
		return err
	}
	if wait := s.Guesses.Take(s.Now(), access.Guess{Kind: "notice", Of: strconv.FormatInt(d.UserID, 10), Limit: TriedLimit}); wait > 0 {
		web.TooMany(c, wait)
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	if err := s.Notices.Test(c.Request().Context(), d); err != nil {
		return err
	}
	return web.See(c, "/account#notices")
}
