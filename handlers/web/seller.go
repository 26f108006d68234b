package web

// The shop as its customers see it.

import (
	"context"
	"errors"

	"comptoir/store"
	"comptoir/views"
)

// Seller is the shop as its customers see it.
func (s *Desk) Seller(ctx context.Context) (views.Seller, error) {
	shop, err := s.Store.Shop(ctx)
	if errors.Is(err, store.ErrNotFound) {
		err = nil // not set up: it has a name alone
	}
	address, _ := s.ForOthers(ctx)
	return views.Seller{Address: shop.Address, Logo: shop.HasLogo && s.Wiring != nil, URL: address}, err
}

// LogoOf is the shop's logo, where it has one.
func (s *Desk) LogoOf(ctx context.Context, seller views.Seller) ([]byte, error) {
	if !seller.Logo {
		return nil, nil
	}
	return s.Store.Logo(ctx)
}
