package store

// Payment links, each beside what became of it.

import (
	"context"
	"fmt"
	"time"
)

// PaymentLink is something to pay that a customer opens by URL or QR code.
type PaymentLink struct {
	ID                 int64
	Slug               string // unguessable, in our own URL /p/{slug}
	Amount             int64  // hundredths
	Description        string
	FirstName          string
	LastName           string
	Email              string
	Phone              string
	PaymentOptions     string // MOMO, CARD or MOMO,CARD
	MayPayMore         bool
	RedirectURL        string
	FailureRedirectURL string
	CreatedBy          int64
	CreatedAt          time.Time
}

// LinkWithState is a link beside what became of it.
type LinkWithState struct {
	PaymentLink
	Newest Transaction // the attempt that says most about the link: a paid one before a pending one before a waiting one
	Paid   int         // successful attempts
	Taken  int64       // hundredths over the successful attempts
}

const linkColumns = `payment_links.id, payment_links.slug, payment_links.amount, payment_links.description,
	payment_links.first_name, payment_links.last_name, payment_links.email, payment_links.phone,
	payment_links.payment_options, payment_links.may_pay_more, payment_links.redirect_url,
	payment_links.failure_redirect_url, payment_links.created_by, payment_links.created_at`

func linkTargets(l *PaymentLink) []any {
	return []any{&l.ID, &l.Slug, &l.Amount, &l.Description,
		&l.FirstName, &l.LastName, &l.Email, &l.Phone,
		&l.PaymentOptions, &l.MayPayMore, &l.RedirectURL,
		&l.FailureRedirectURL, maybe(&l.CreatedBy), timeColumn{&l.CreatedAt}}
}

func scanLink(r row) (l PaymentLink, err error) {
	err = r.Scan(linkTargets(&l)...)
	return l, err
}

func scanLinkWithState(r row) (l LinkWithState, err error) {
	targets := append(linkTargets(&l.PaymentLink), transactionTargets(&l.Newest)...)
	err = r.Scan(append(targets, maybe(&l.Paid), maybe(&l.Taken))...)
	return l, err
}

// CreateLink adds a link and returns it with its ID; ErrDuplicate when its
// slug is already in the book.
func (tx *Tx) CreateLink(ctx context.Context, l PaymentLink) (PaymentLink, error) {
	created, err := one(ctx, tx.rows, scanLink, `
		INSERT INTO payment_links (book, slug, amount, description, first_name, last_name, email, phone,
			payment_options, may_pay_more, redirect_url, failure_redirect_url, created_by, created_at, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		RETURNING `+linkColumns,
		tx.book, l.Slug, l.Amount, l.Description, l.FirstName, l.LastName, l.Email, l.Phone,
		l.PaymentOptions, bit(l.MayPayMore), l.RedirectURL, l.FailureRedirectURL, idOrNull(l.CreatedBy), millis(l.CreatedAt),
		fold(l.Description, l.FirstName+" "+l.LastName, l.Email, l.Phone, l.Slug))
	if isTaken(err) {
		err = ErrDuplicate
	}
	if err != nil {
		return PaymentLink{}, fmt.Errorf("create link: %w", err)
	}
	return created, nil
}

// Link returns one link, or ErrNotFound.
func (r Reader) Link(ctx context.Context, id int64) (LinkWithState, error) {
	var f filter
	f.add("book = ?", r.book)
	f.add("id = ?", id)
	l, err := one(ctx, r.rows, scanLinkWithState, linksQuery(f.where()), f.args...)
	if err != nil {
		return LinkWithState{}, fmt.Errorf("link %d: %w", id, err)
	}
	return l, nil
}

// LinkBySlug returns the link of our own URL /p/{slug}, or ErrNotFound.
func (r Reader) LinkBySlug(ctx context.Context, slug string) (LinkWithState, error) {
	var f filter
	f.add("book = ?", r.book)
	f.add("slug = ?", slug)
	l, err := one(ctx, r.rows, scanLinkWithState, linksQuery(f.where()), f.args...)
	if err != nil {
		return LinkWithState{}, fmt.Errorf("link by slug: %w", err)
	}
	return l, nil
}

// LinkFilter says which links a list shows; a zero field limits nothing.
type LinkFilter struct {
	Search string    // description, payer or slug, or a part of one
	Since  time.Time // only those made at or after it; zero for all
	Before int64     // only those with a smaller ID, for the next page
	Limit  int       // 50 when not set, 500 at most
}

// Links returns links, newest first.
func (r Reader) Links(ctx context.Context, wanted LinkFilter) ([]LinkWithState, error) {
	query, args := r.linksPage(wanted)
	found, err := many(ctx, r.rows, scanLinkWithState, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list links: %w", err)
	}
	return found, nil
}

func (r Reader) linksPage(wanted LinkFilter) (query string, args []any) {
	var f filter
	f.add("book = ?", r.book)
	if !wanted.Since.IsZero() {
		f.add("created_at >= ?", millis(wanted.Since))
	}
	f.before(wanted.Before)
	f.search("search", wanted.Search)
	page := f.where() + " ORDER BY id DESC LIMIT " + f.value(pageLength(wanted.Limit))
	return linksQuery(page), f.args
}

// linksQuery reads a page of links, whose first condition is book = $1, each
// beside the attempt that says most about it (the newest of the best rank) and
// the sums over its paid attempts. Amounts in another currency than XAF are no
// francs and are not summed.
func linksQuery(page string) string {
	return `
		WITH page AS (SELECT * FROM payment_links WHERE ` + page + `),
		attempts AS (
			SELECT transactions.*,
				ROW_NUMBER() OVER (PARTITION BY link_id ORDER BY CASE status
					WHEN 'successful' THEN 1 WHEN 'pending' THEN 2 WHEN 'in_doubt' THEN 3
					WHEN 'waiting' THEN 4 WHEN 'failed' THEN 5 ELSE 6 END, id DESC) AS place,
				SUM(CASE WHEN status = 'successful' THEN 1 ELSE 0 END) OVER (PARTITION BY link_id) AS paid,
				SUM(CASE WHEN status = 'successful' AND currency = 'XAF' THEN amount ELSE 0 END)
					OVER (PARTITION BY link_id) AS taken
			FROM transactions
			WHERE book = $1 AND link_id IN (SELECT id FROM page))
		SELECT ` + linkColumns + `, ` + transactionColumns + `, transactions.paid, transactions.taken
		FROM page AS payment_links
		LEFT JOIN attempts AS transactions ON transactions.link_id = payment_links.id AND transactions.place = 1
		ORDER BY payment_links.id DESC`
}
