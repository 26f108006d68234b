package web

// Files to keep and to print.

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// SendPDF answers with a file to keep; its name has letters and digits alone.
func SendPDF(c echo.Context, name string, file []byte) error {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, name)
	c.Response().Header().Set(echo.HeaderContentDisposition, `inline; filename="`+safe+`"`)
	return c.Blob(http.StatusOK, "application/pdf", file)
}
