package web

// The one place where an error becomes an answer: a page, an htmx fragment or
// a line of JSON, in the reader's language.

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/access"
	"comptoir/store"
	"comptoir/views"
)

// statusGone is what proxies log when the browser went away before its answer.
const statusGone = 499

// errorOf tells what an error means for whoever asked.
func errorOf(err error) (status int, kind views.ErrorKind) {
	var httpError *echo.HTTPError
	var wait *access.WaitError
	switch {
	case errors.Is(err, store.ErrSessionOver), errors.Is(err, access.ErrSignInOver):
		return http.StatusUnauthorized, views.ErrorSessionOver
	case errors.Is(err, access.ErrPasskeyRefused):
		return http.StatusForbidden, views.ErrorForbidden
	case errors.Is(err, access.ErrPasskeyNotAdded):
		return http.StatusUnprocessableEntity, views.ErrorForm
	case errors.Is(err, access.ErrNoChallenge):
		return http.StatusConflict, views.ErrorForm
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound, views.ErrorNotFound
	case errors.Is(err, errOtherBook):
		return http.StatusConflict, views.ErrorOtherBook
	case errors.Is(err, errForeign):
		return http.StatusForbidden, views.ErrorForeign
	case errors.Is(err, context.Canceled):
		return statusGone, views.ErrorBusy // nobody is there to read it
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, access.ErrTooBusy):
		return http.StatusServiceUnavailable, views.ErrorBusy
	case errors.As(err, &wait):
		return http.StatusTooManyRequests, views.ErrorForm
	case store.IsDisk(err):
		return http.StatusServiceUnavailable, views.ErrorDisk
	case errors.As(err, &httpError):
		return httpError.Code, kindOf(httpError.Code)
	default:
		return http.StatusInternalServerError, views.ErrorInternal
	}
}

func kindOf(status int) views.ErrorKind {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return views.ErrorNotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		return views.ErrorForbidden
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong:
		return views.ErrorTooLarge
	case http.StatusServiceUnavailable:
		return views.ErrorBusy
	}
	if status >= http.StatusInternalServerError {
		return views.ErrorInternal
	}
	return views.ErrorForm
}

// HandleError answers with an error: a page, an htmx fragment or a line of JSON.
func (s *Desk) HandleError(err error, c echo.Context) {
	if c.Response().Committed {
		return // the answer has begun: nothing can be said any more
	}
	status, kind := errorOf(err)
	if wait := (*access.WaitError)(nil); errors.As(err, &wait) {
		TooMany(c, wait.For)
	}
	if User(c).ID == 0 {
		if err := s.recognise(c); err != nil { // no route was found that did
			s.Log.WarnContext(c.Request().Context(), "who asks", "id", RequestID(c), "error", err)
		}
	}
	props := views.ErrorProps{Kind: kind, Status: status, RequestID: RequestID(c)}
	var failed error
	switch {
	case c.Request().Method == http.MethodHead:
		failed = c.NoContent(status)
	case IsHTMX(c):
		c.Response().Header().Set("HX-Retarget", "#toasts")
		c.Response().Header().Set("HX-Reswap", "beforeend")
		failed = Render(c, status, views.ErrorFragment(props))
	case wantsPage(c):
		failed = Render(c, status, views.ErrorPage(s.Frame(c), props))
	default:
		failed = c.JSON(status, map[string]string{"error": string(kind), "request_id": props.RequestID})
	}
	if failed != nil {
		s.Log.WarnContext(c.Request().Context(), "error page not sent", "id", props.RequestID, "error", failed)
	}
}

// wantsPage reports whether a person's browser asks.
func wantsPage(c echo.Context) bool {
	return strings.Contains(c.Request().Header.Get(echo.HeaderAccept), "text/html")
}

// SentUnkept reports whether an order had left when the disk failed. Its page is
// drawn as long as the book can be read, and goes on from there; a page that says
// that nothing left would be false.
func (s *Desk) SentUnkept(c echo.Context, err error) bool {
	if !errors.Is(err, payments.ErrOutcomeNotKept) {
		return false
	}
	s.Log.ErrorContext(c.Request().Context(), "sent, and not kept", "id", RequestID(c), "error", err)
	return true
}
