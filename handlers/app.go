package handlers

// Comptoir as an app: its manifest, its service worker, and what a phone without
// a network shows.

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/static"
	"comptoir/views"
)

// manifest describes the app to a phone that installs it.
type manifest struct {
	ID              string         `json:"id"`
	Name            string         `json:"name"`
	ShortName       string         `json:"short_name"`
	Lang            string         `json:"lang"`
	StartURL        string         `json:"start_url"`
	Scope           string         `json:"scope"`
	Display         string         `json:"display"`
	BackgroundColor string         `json:"background_color"`
	ThemeColor      string         `json:"theme_color"`
	Icons           []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

func (s *server) manifest(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentType, "application/manifest+json")
	return c.JSON(http.StatusOK, manifest{
		ID: "/", Name: s.Shop, ShortName: s.Shop, Lang: views.Locale(c.Request().Context()), StartURL: "/", Scope: "/", Display: "standalone",
		BackgroundColor: "#f4f5f1", ThemeColor: "#0b5f56",
		Icons: []manifestIcon{
			{Source: static.URL("icon-192.png"), Sizes: "192x192", Type: "image/png"},
			{Source: static.URL("icon-512.png"), Sizes: "512x512", Type: "image/png"},
			{Source: static.URL("icon-maskable.png"), Sizes: "512x512", Type: "image/png", Purpose: "maskable"},
		},
	})
}

// serviceWorker is at the root, so that its scope is all of the product.
func (s *server) serviceWorker(c echo.Context) error {
	return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", static.ServiceWorker())
}

// offline is the one page that a phone keeps: it tells nothing of the shop, and
// speaks both languages, as it does not know who will read it.
func (s *server) offline(c echo.Context) error {
	return web.Render(c, http.StatusOK, views.OfflinePage())
}
