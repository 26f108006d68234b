package store

// What the owner sets: the shop, the book that is open, the keys to CamPay.

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Shop is the shop as customers read it, and the book that is open.
type Shop struct {
	Name      string
	Address   string // several lines
	Footer    string // of a receipt
	HasLogo   bool
	Book      Book
	UpdatedAt time.Time
}

func scanShop(r row) (s Shop, err error) {
	err = r.Scan(&s.Name, &s.Address, &s.Footer, &s.HasLogo, &s.Book, timeColumn{&s.UpdatedAt})
	return s, err
}

// Shop returns the shop, or ErrNotFound before it was set up. It is the same in
// every book.
func (r Reader) Shop(ctx context.Context) (Shop, error) {
	s, err := one(ctx, r.rows, scanShop,
		"SELECT name, address, footer, logo IS NOT NULL, book, updated_at FROM shop WHERE id = 1")
	if err != nil {
		return Shop{}, fmt.Errorf("shop: %w", err)
	}
	return s, nil
}

// SetShop keeps the shop; its logo stays as it is.
func (tx *Tx) SetShop(ctx context.Context, s Shop) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO shop (id, name, address, footer, book, updated_at) VALUES (1, $1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET name = $1, address = $2, footer = $3, book = $4, updated_at = $5`,
		s.Name, s.Address, s.Footer, s.Book, millis(s.UpdatedAt))
	if err != nil {
		return fmt.Errorf("set shop: %w", err)
	}
	return nil
}

// Logo returns the shop's logo, a PNG, or ErrNotFound.
func (r Reader) Logo(ctx context.Context) ([]byte, error) {
	png, err := one(ctx, r.rows, func(r row) (b []byte, err error) {
		err = r.Scan(&b)
		return b, err
	}, "SELECT logo FROM shop WHERE id = 1 AND logo IS NOT NULL")
	if err != nil {
		return nil, fmt.Errorf("logo: %w", err)
	}
	return png, nil
}

// SetLogo keeps the shop's logo, a PNG; nil takes it away. ErrNotFound before
// the shop was set up.
func (tx *Tx) SetLogo(ctx context.Context, png []byte) error {
	var logo any
	if png != nil {
		logo = png
	}
	if err := tx.change(ctx, "UPDATE shop SET logo = $1 WHERE id = 1", logo); err != nil {
		return fmt.Errorf("set logo: %w", err)
	}
	return nil
}

// CamPayKeys are how a book reaches CamPay: a permanent token, or a username and
// a password, and the key that webhooks are signed with.
type CamPayKeys struct {
	Token      string `json:"token,omitempty"`
	Username   string `json:"username,omitempty"`
	Password   string `json:"password,omitempty"`
	WebhookKey string `json:"webhook_key,omitempty"`
}

// sealedKeys is the purpose for which a book's keys are sealed.
func sealedKeys(book Book) string { return "campay keys of " + string(book) }

// CamPayKeys returns the keys of the book, or ErrNotFound; ErrSealed when the
// key file is not the one they were sealed with.
func (s *Store) CamPayKeys(ctx context.Context) (k CamPayKeys, err error) {
	sealed, err := one(ctx, s.rows, func(r row) (b []byte, err error) {
		err = r.Scan(&b)
		return b, err
	}, "SELECT sealed FROM campay_keys WHERE book = $1", s.book)
	if err == nil {
		sealed, err = s.Keys.Unseal(sealedKeys(s.book), sealed)
	}
	if err == nil {
		err = json.Unmarshal(sealed, &k)
	}
	if err != nil {
		return CamPayKeys{}, fmt.Errorf("keys of %s: %w", s.book, err)
	}
	return k, nil
}

// SetCamPayKeys keeps the keys of the book, sealed, in a Write of this store.
func (s *Store) SetCamPayKeys(ctx context.Context, tx *Tx, k CamPayKeys, at time.Time) error {
	plain, err := json.Marshal(k) //nolint:gosec // it is sealed below
	if err != nil {
		return fmt.Errorf("keys of %s: %w", s.book, err)
	}
	_, err = tx.savepoint.exec(ctx, `
		INSERT INTO campay_keys (book, sealed, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (book) DO UPDATE SET sealed = $2, updated_at = $3`,
		s.book, s.Keys.Seal(sealedKeys(s.book), plain), millis(at))
	if err != nil {
		return fmt.Errorf("set keys of %s: %w", s.book, err)
	}
	return nil
}

// Book is the book that the store shows.
func (s *Store) Book() Book { return s.book }
