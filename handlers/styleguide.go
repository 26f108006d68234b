package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"comptoir/views"
)

// styleguide shows all components and states; in development alone.
func (s *server) styleguide(c echo.Context) error {
	return s.desk.Show(c, http.StatusOK, views.StyleguidePage)
}
