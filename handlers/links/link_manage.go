package links

// What is done with a link that is there: change it, pause it, put it away, give
// a counter another code.

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"comptoir/campay/payments"
	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
)

// changeableLink is the link that a path names, if the one who asks may change
// it.
func (s *Screens) changeableLink(c echo.Context) (store.LinkWithState, error) {
	l, err := s.VisibleLink(c)
	if err == nil && !mayChange(c, l) {
		err = echo.NewHTTPError(http.StatusForbidden)
	}
	return l, err
}

func (s *Screens) LinkEditForm(c echo.Context) error {
	l, err := s.changeableLink(c)
	if err != nil {
		return err
	}
	return s.showLinkEdit(c, http.StatusOK, formOf(c, l.PaymentLink))
}

func (s *Screens) showLinkEdit(c echo.Context, status int, form views.LinkForm) error {
	return s.Show(c, status, func(p views.Page) templ.Component { return views.LinkEditPage(p, form) })
}

func (s *Screens) ChangeLink(c echo.Context) error {
	l, err := s.changeableLink(c)
	if err != nil {
		return err
	}
	in, f := readLink(c), s.NewForm(c)
	in.ID, in.Kind = l.ID, l.Kind
	read := s.linkTerms
	if l.Kind == store.LinkOnce {
		read = s.linkLimits // its amount stays
	}
	wanted := read(f, in)
	description(f, in.Description)
	if in.Errors = f.Errors; !f.OK() {
		return s.showLinkEdit(c, http.StatusUnprocessableEntity, in)
	}
	wanted.LinkID, wanted.Description, wanted.By = l.ID, in.Description, web.User(c).ID
	err = s.Payments.ChangeLink(c.Request().Context(), wanted)
	if errors.Is(err, payments.ErrSaleEnded) {
		return web.See(c, web.ItemPath("/links/", l.ID)) // which says so
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashLinkChanged); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/links/", l.ID))
}

// ActOnLink does one thing with a link, and says that it was done.
func (s *Screens) ActOnLink(do func(context.Context, int64, int64) error, said views.Flash) echo.HandlerFunc {
	return func(c echo.Context) error {
		l, err := s.changeableLink(c)
		if err != nil {
			return err
		}
		err = do(c.Request().Context(), l.ID, web.User(c).ID)
		if errors.Is(err, payments.ErrSaleEnded) {
			return web.See(c, web.ItemPath("/links/", l.ID)) // which says so
		}
		if err != nil {
			return err
		}
		if err := s.Flash(c, said); err != nil {
			return err
		}
		return web.See(c, web.ItemPath("/links/", l.ID))
	}
}

// ReplaceCounter gives a counter another code, and shows it.
func (s *Screens) ReplaceCounter(c echo.Context) error {
	l, err := s.changeableLink(c)
	if err != nil {
		return err
	}
	next, err := s.Payments.ReplaceCounter(c.Request().Context(), l.ID, c.FormValue("operation"), web.User(c).ID)
	if errors.Is(err, payments.ErrNoCounter) || errors.Is(err, payments.ErrOperation) {
		return web.See(c, web.ItemPath("/links/", l.ID)) // it was replaced meanwhile, or is none
	}
	if err != nil {
		return err
	}
	if err := s.Flash(c, views.FlashCounterReplaced); err != nil {
		return err
	}
	return web.See(c, web.ItemPath("/links/", next.ID))
}
