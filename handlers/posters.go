package handlers

// Posters and sheets of links, to print.

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/store"
	"comptoir/views"
	"comptoir/views/paper"
)

// poster is a link's poster, on the paper that is asked for.
func (s *server) poster(c echo.Context, l store.LinkWithState, address string) (err error) {
	ctx := c.Request().Context()
	size := paper.Size(c.QueryParam("paper"))
	if !slices.Contains(paper.Sizes, size) {
		size = paper.A4
	}
	made := views.PosterOf(ctx, s.Shop, l.PaymentLink, address)
	if made.QR, err = qrModules(address); err != nil {
		return err
	}
	seller, err := s.seller(ctx)
	if err != nil {
		return err
	}
	if made.Logo, err = s.logoOf(ctx, seller); err != nil {
		return err
	}
	file, err := made.Draw(size)
	if err != nil {
		return err
	}
	return sendPDF(c, "poster-"+l.Slug[:6]+"-"+string(size)+".pdf", file)
}

// batchSheet is the sheet of a batch's links and QR codes.
func (s *server) batchSheet(c echo.Context) error {
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
		if items[i].QR, err = qrModules(address); err != nil {
			return err
		}
	}
	file, err := paper.Sheet(s.Shop, items)
	if err != nil {
		return err
	}
	return sendPDF(c, "links-"+c.Param("batch")[:8]+".pdf", file)
}
