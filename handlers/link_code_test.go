package handlers

// A link's code is given away in several forms; one that takes no payment is in none.

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"comptoir/handlers/web"
	"comptoir/store"
)

func TestLink_StoppedLink_GivesItsCodeAwayInNoForm_AndSaysWhy(t *testing.T) {
	t.Parallel()
	forms := []string{"/qr.png", "/poster.pdf"}
	for _, size := range []string{"a4", "a5", "tent", "stickers", "none-of-ours"} {
		forms = append(forms, "/poster.pdf?paper="+size)
	}
	for name, c := range map[string]struct {
		stop   func(s *shop, owner *browser, l store.LinkWithState)
		says   string
		resume bool
	}{
		"paused": {func(_ *shop, owner *browser, l store.LinkWithState) {
			owner.post(web.ItemPath("/links/", l.ID)+"/pause", nil)
		}, "En pause", true},
		"archived": {func(_ *shop, owner *browser, l store.LinkWithState) {
			owner.post(web.ItemPath("/links/", l.ID)+"/archive", nil)
		}, "archivé", false},
		"paid": {func(s *shop, _ *browser, l store.LinkWithState) {
			s.browser().paysLink(l)
			s.must(s.sandbox.Enter(s.newest().Reference, "1234"))
			s.work()
		}, "Tout est payé", false},
		"expired": {func(s *shop, _ *browser, _ store.LinkWithState) { s.clock.pass(time.Hour) }, "expiré", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			l := s.linked(2500, once)
			if name == "expired" {
				l.ExpiresAt = s.clock.now().Add(time.Minute)
				s.must(s.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.UpdateLink(ctx, l.PaymentLink) }))
			}
			owner := s.signedIn(store.RoleOwner)
			for _, form := range forms {
				if got := owner.get(web.ItemPath("/links/", l.ID) + form); got.status != http.StatusOK {
					t.Errorf("an open link's %s: %d", form, got.status)
				}
			}
			c.stop(s, owner, l)
			for _, form := range forms {
				got := owner.get(web.ItemPath("/links/", l.ID) + form)
				isPage := strings.HasPrefix(got.header.Get("Content-Type"), "text/html")
				if got.status != http.StatusConflict || !isPage || !strings.Contains(got.body, c.says) {
					t.Errorf("%s: %d %s", form, got.status, got.header.Get("Content-Type"))
				}
				if strings.Contains(got.body, `class="qr"`) || strings.Contains(got.body, "/resume") != c.resume {
					t.Errorf("%s: a code, or the wrong offer", form)
				}
			}
		})
	}
}

func TestLink_CodeOfAStrangeAddress_IsNotFound(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := s.linked(2500, once)
	owner := s.signedIn(store.RoleOwner)
	for _, id := range []string{"0", "-1", "999999", "abc", "99999999999999999999", "1.5", fmt.Sprintf("%dx", l.ID)} {
		for _, form := range []string{"/qr.png", "/poster.pdf", "/poster.pdf?paper=a5"} {
			if got := owner.get("/links/" + id + form); got.status != http.StatusNotFound {
				t.Errorf("/links/%s%s: %d", id, form, got.status)
			}
		}
	}
	for _, form := range []string{"/qr.svg", "/poster.png", "/sticker.pdf", "/tent.pdf", "/qr.png/", "/poster"} {
		if got := owner.get(web.ItemPath("/links/", l.ID) + form); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", form, got.status)
		}
	}
	for _, way := range []string{"/qr.png", "/poster.pdf"} {
		if got := s.browser().get(web.ItemPath("/links/", l.ID) + way); got.status != http.StatusSeeOther && got.status != http.StatusUnauthorized {
			t.Errorf("a stranger got %s: %d", way, got.status)
		}
	}
}
