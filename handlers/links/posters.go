package links

// Posters and sheets of links, to print.

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/handlers/web"
	"comptoir/store"
	"comptoir/views"
	"comptoir/views/paper"
)

// Poster is a link's poster, on the paper that is asked for.
func (s *Screens) Poster(c echo.Context, l store.LinkWithState, address string) (err error) {
	ctx := c.Request().Context()
	size := paper.Size(c.QueryParam("paper"))
	if !slices.Contains(paper.Sizes, size) {
		size = paper.A4
	}
	made := views.PosterOf(ctx, s.Shop, l.PaymentLink, address)
	if made.QR, err = web.QRModules(address); err != nil {
		return err
	}
	seller, err := s.Seller(ctx)
	if err != nil {
		return err
	}
	if made.Logo, err = s.LogoOf(ctx, seller); err != nil {
		return err
	}
	file, err := made.Draw(size)
	if err != nil {
		return err
	}
	return web.SendPDF(c, "poster-"+l.Slug[:6]+"-"+string(size)+".pdf", file)
}

// BatchSheet is the sheet of a batch's links and QR codes.
func (s *Screens) BatchSheet(c echo.Context) error {
	all, err := s.batchLinks(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	items := make([]paper.Item, len(all))
	for i, l := range all {
		items[i] = paper.Item{
			Name: strings.TrimSpace(l.FirstName + " " + l.LastName), Amount: views.Francs(ctx, l.Amount), Description: l.Description,
		}
		if stop := l.Stop(s.Now()); stop != store.LinkOpen {
			items[i].Closed = views.NoCode(ctx, stop)
			continue
		}
		address := s.shared(ctx, l, []store.Transaction{l.Newest})
		if address == "" {
			continue
		}
		if items[i].QR, err = web.QRModules(address); err != nil {
			return err
		}
	}
	file, err := paper.Sheet(s.Shop, items)
	if err != nil {
		return err
	}
	return web.SendPDF(c, "links-"+c.Param("batch")[:8]+".pdf", file)
}
