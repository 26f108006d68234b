package handlers

// Turning notices on and off, on one's own account.

import (
	"bytes"
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
	"comptoir/store"
	"comptoir/views"
)

// maxEndpoint bounds the address of a push service, in bytes.
const maxEndpoint = 1000

// triedLimit is how many notices one may send oneself to see that they arrive.
var triedLimit = access.Limit{Free: 5, Longest: time.Minute}

// addDevice keeps the subscription that a browser made with its push service.
func (s *server) addDevice(c echo.Context) error {
	p := store.PushSubscription{
		UserID: user(c).ID, Endpoint: c.FormValue("endpoint"), P256dh: c.FormValue("p256dh"), Auth: c.FormValue("auth"),
		Device: device(c.Request().UserAgent()), CreatedAt: s.Now(),
	}
	if !isEndpoint(p.Endpoint) || !arePushKeys(p) {
		return echo.NewHTTPError(http.StatusUnprocessableEntity)
	}
	var err error
	if p.SessionHash, err = s.sessionHash(c); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddPushSubscription(ctx, p); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{p.UserID, "notices.on", "person", p.UserID}, map[string]string{"name": p.Device})
	}); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashNoticesOn); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// wakeDevice has a browser told again whose person is signed in there anew. A
// subscription that is not hers, or none of ours, stays what it is.
func (s *server) wakeDevice(c echo.Context) error {
	ctx, u := c.Request().Context(), user(c)
	current, err := s.sessionHash(c)
	if err != nil {
		return err
	}
	d, err := s.Store.PushSubscriptionAt(ctx, c.FormValue("endpoint"), u.ID)
	if err == nil && (d.Resting || !bytes.Equal(d.SessionHash, current)) {
		err = s.Store.Write(ctx, func(tx *store.Tx) error { return tx.WakePushSubscription(ctx, d.ID, u.ID, current) })
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// isEndpoint reports whether text is the public address of a push service.
func isEndpoint(text string) bool {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxEndpoint || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Port() != "" && u.Port() != "443" {
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
func (s *server) ownDevice(c echo.Context) (store.PushSubscription, error) {
	n, err := id(c)
	if err != nil {
		return store.PushSubscription{}, err
	}
	all, err := s.Store.PushSubscriptions(c.Request().Context(), user(c).ID)
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

func (s *server) removeDevice(c echo.Context) error {
	d, err := s.ownDevice(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.DeletePushSubscription(ctx, d.ID, d.UserID); err != nil {
			return err
		}
		return s.audit(ctx, tx, act{d.UserID, "notices.off", "person", d.UserID}, map[string]string{"name": d.Device})
	}); err != nil {
		return err
	}
	if err := s.flash(c, views.FlashNoticesOff); err != nil {
		return err
	}
	return see(c, "/account")
}

func (s *server) testDevice(c echo.Context) error {
	d, err := s.ownDevice(c)
	if err != nil {
		return err
	}
	if wait := s.Guesses.Take(s.Now(), access.Guess{Kind: "notice", Of: strconv.FormatInt(d.UserID, 10), Limit: triedLimit}); wait > 0 {
		tooMany(c, wait)
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	if err := s.Notices.Test(c.Request().Context(), d); err != nil {
		return err
	}
	return see(c, "/account#notices")
}
