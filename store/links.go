package store

// Payment links, each beside what became of it.

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// LinkKind is how often a link is paid, and by whom.
type LinkKind string

// The kinds of link.
const (
	LinkOnce     LinkKind = "once"     // one payment
	LinkReusable LinkKind = "reusable" // as many as it takes
	LinkCounter  LinkKind = "counter"  // reusable, at one till: its sales land on that till's screen
)

// PaymentLink is something to pay that a customer opens by URL or QR code.
type PaymentLink struct {
	ID                 int64
	Slug               string // unguessable, in our own URL /p/{slug}
	Kind               LinkKind
	Amount             money.XAF // hundredths; 0 for the customer's own
	Description        string
	FirstName          string
	LastName           string
	Email              string
	Phone              money.Phone
	PaymentOptions     money.PaymentOptions
	MayPayMore         bool
	RedirectURL        string
	FailureRedirectURL string
	MostPayments       int64     // 0 for any number
	MostMoney          money.XAF // hundredths; 0 for any sum
	ExpiresAt          time.Time // zero for never, as the two below
	PausedAt           time.Time
	ArchivedAt         time.Time
	TillID             int64  // of a counter; 0 for no till
	AtTill             bool   // a code that the till showed for one sale
	Operation          string // of the form that made it
	Batch              string // made together with others; empty for alone
	CreatedBy          int64
	CreatedAt          time.Time
}

// LinkStop is why nobody can pay a link now, as the last part of a locale key;
// empty for no reason.
type LinkStop string

// The reasons for which a link takes no payment, those that last longest first.
const (
	LinkOpen     LinkStop = ""
	LinkArchived LinkStop = "archived" // put away, or replaced by another
	LinkExpired  LinkStop = "expired"
	LinkUsedUp   LinkStop = "used_up" // it took all that it was to take
	LinkPaused   LinkStop = "paused"
)

// Stop says why nobody can pay l at a time, as far as l itself tells.
func (l PaymentLink) Stop(at time.Time) LinkStop {
	switch {
	case !l.ArchivedAt.IsZero():
		return LinkArchived
	case !l.ExpiresAt.IsZero() && !at.Before(l.ExpiresAt):
		return LinkExpired
	case !l.PausedAt.IsZero():
		return LinkPaused
	default:
		return LinkOpen
	}
}

// LinkWithState is a link beside what became of it.
type LinkWithState struct {
	PaymentLink
	Newest Transaction // the attempt that says most about the link: a paid one before a pending one before a waiting one
	Paid   int         // successful attempts
	Taken  money.XAF   // hundredths over the successful attempts
	Untold int         // of Paid: those of which CamPay does not tell the amount
}

// Stop says why nobody can pay l at a time.
func (l LinkWithState) Stop(at time.Time) LinkStop {
	switch stop := l.PaymentLink.Stop(at); {
	case stop == LinkArchived || stop == LinkExpired:
		return stop
	case l.Left() == 0, l.MostMoney > 0 && l.Taken >= l.MostMoney:
		return LinkUsedUp
	default:
		return stop
	}
}

// Left is how many further payments l takes; -1 for any number.
func (l LinkWithState) Left() int64 {
	if l.Kind == LinkOnce {
		return max(0, 1-int64(l.Paid))
	}
	if l.MostPayments == 0 {
		return -1
	}
	return max(0, l.MostPayments-int64(l.Paid))
}

const linkColumns = `payment_links.id, payment_links.slug, payment_links.amount, payment_links.description,
	payment_links.first_name, payment_links.last_name, payment_links.email, payment_links.phone,
	payment_links.payment_options, payment_links.may_pay_more, payment_links.redirect_url,
	payment_links.failure_redirect_url, payment_links.created_by, payment_links.created_at,
	payment_links.kind, payment_links.most_payments, payment_links.most_money, payment_links.expires_at,
	payment_links.paused_at, payment_links.archived_at, payment_links.till_id, payment_links.operation, payment_links.batch,
	payment_links.at_till`

func linkTargets(l *PaymentLink) []any {
	return []any{&l.ID, &l.Slug, &l.Amount, &l.Description,
		&l.FirstName, &l.LastName, &l.Email, &l.Phone,
		&l.PaymentOptions, &l.MayPayMore, &l.RedirectURL,
		&l.FailureRedirectURL, maybe(&l.CreatedBy), timeColumn{&l.CreatedAt},
		&l.Kind, &l.MostPayments, &l.MostMoney, timeColumn{&l.ExpiresAt},
		timeColumn{&l.PausedAt}, timeColumn{&l.ArchivedAt}, maybe(&l.TillID), &l.Operation, &l.Batch, &l.AtTill}
}

func scanLink(r row) (l PaymentLink, err error) {
	err = r.Scan(linkTargets(&l)...)
	return l, err
}

func scanLinkWithState(r row) (l LinkWithState, err error) {
	targets := append(linkTargets(&l.PaymentLink), transactionTargets(&l.Newest)...)
	err = r.Scan(append(targets, maybe(&l.Paid), maybe(&l.Taken), maybe(&l.Untold))...)
	return l, err
}

// CreateLink adds a link and returns it with its ID; ErrDuplicate when its
// slug or its operation is already in the book.
func (tx *Tx) CreateLink(ctx context.Context, l PaymentLink) (PaymentLink, error) {
	l.Kind = cmp.Or(l.Kind, LinkOnce)
	created, err := one(ctx, tx.rows, scanLink, `
		INSERT INTO payment_links (book, slug, amount, description, first_name, last_name, email, phone,
			payment_options, may_pay_more, redirect_url, failure_redirect_url, created_by, created_at, search,
			kind, most_payments, most_money, expires_at, paused_at, archived_at, till_id, operation, batch, at_till, sum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
		RETURNING `+linkColumns,
		tx.book, l.Slug, l.Amount, l.Description, l.FirstName, l.LastName, l.Email, string(l.Phone),
		l.PaymentOptions, bit(l.MayPayMore), l.RedirectURL, l.FailureRedirectURL, idOrNull(l.CreatedBy), millis(l.CreatedAt),
		l.searchText(), l.Kind, l.MostPayments, l.MostMoney, millis(l.ExpiresAt),
		millis(l.PausedAt), millis(l.ArchivedAt), idOrNull(l.TillID), l.Operation, l.Batch, bit(l.AtTill), sumOfLink(tx.book, l))
	if isTaken(err) {
		err = ErrDuplicate
	}
	if err != nil {
		return PaymentLink{}, fmt.Errorf("create link: %w", err)
	}
	return created, nil
}

// searchText is what a search through the list compares.
func (l PaymentLink) searchText() string {
	return fold(l.Description, l.FirstName+" "+l.LastName, l.Email, string(l.Phone), l.Slug)
}

// UpdateLink writes back what may change of a link: what it is for, how much it
// takes, until when, and whether it is paused or put away. ErrNotFound when it
// is none of the book's.
func (tx *Tx) UpdateLink(ctx context.Context, l PaymentLink) error {
	sum, err := tx.nextLinkSum(ctx, l)
	if err != nil {
		return fmt.Errorf("update link %d: %w", l.ID, err)
	}
	err = tx.change(ctx, `
		UPDATE payment_links SET amount = $1, description = $2, may_pay_more = $3, most_payments = $4, most_money = $5,
			expires_at = $6, paused_at = $7, archived_at = $8, till_id = $9, search = $10, sum = $11
		WHERE book = $12 AND id = $13`,
		l.Amount, l.Description, bit(l.MayPayMore), l.MostPayments, l.MostMoney,
		millis(l.ExpiresAt), millis(l.PausedAt), millis(l.ArchivedAt), idOrNull(l.TillID), l.searchText(), sum, tx.book, l.ID)
	if err != nil {
		return fmt.Errorf("update link %d: %w", l.ID, err)
	}
	return nil
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

// LinkByOperation returns the link that a form made, or ErrNotFound.
func (r Reader) LinkByOperation(ctx context.Context, operation string) (LinkWithState, error) {
	var f filter
	f.add("book = ?", r.book)
	f.add("operation = ?", operation)
	f.add("operation <> ''")
	l, err := one(ctx, r.rows, scanLinkWithState, linksQuery(f.where()), f.args...)
	if err != nil {
		return LinkWithState{}, fmt.Errorf("link by operation: %w", err)
	}
	return l, nil
}

// LinkFilter says which links a list shows; a zero field limits nothing.
type LinkFilter struct {
	Search string    // description, payer or slug, or a part of one
	Put    LinkPlace // which of them; LinksActive when not set
	Batch  string    // only those made together
	Since  time.Time // only those made at or after it; zero for all
	Before int64     // only those with a smaller ID, for the next page
	Limit  int       // 50 when not set, 500 at most
}

// LinkPlace is where links are kept.
type LinkPlace string

// The places of links.
const (
	LinksActive   LinkPlace = ""
	LinksArchived LinkPlace = "archived"
	LinksAll      LinkPlace = "all" // those of the till too
)

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
	switch wanted.Put {
	case LinksActive:
		f.add("archived_at = 0 AND at_till = 0")
	case LinksArchived:
		f.add("archived_at > 0 AND at_till = 0")
	case LinksAll:
	}
	if wanted.Batch != "" {
		f.add("batch = ?", wanted.Batch)
		f.add("batch <> ''")
	}
	if !wanted.Since.IsZero() {
		f.add("created_at >= ?", millis(wanted.Since))
	}
	f.before(wanted.Before)
	f.search("search", wanted.Search)
	page := f.where() + " ORDER BY id DESC LIMIT " + f.value(pageLength(wanted.Limit))
	return linksQuery(page), f.args
}

// linksQuery reads a page of links, whose first condition is book = $1, each
// beside the attempt that says most about it and the sums over its paid
// attempts. Of a link for one payment that is the newest of the best rank; of
// any other the newest, as it has too many to rank. Amounts in another currency
// than XAF are no francs and are not summed.
func linksQuery(page string) string {
	return `
		WITH page AS (SELECT * FROM payment_links WHERE ` + page + `)
		SELECT ` + linkColumns + `, ` + transactionColumns + `,
			(SELECT COUNT(*) FROM transactions AS paid
				WHERE paid.book = $1 AND paid.link_id = payment_links.id AND paid.status = 'successful'),
			(SELECT SUM(paid.amount) FROM transactions AS paid
				WHERE paid.book = $1 AND paid.link_id = payment_links.id AND paid.status = 'successful' AND paid.currency = 'XAF'),
			(SELECT COUNT(*) FROM transactions AS paid
				WHERE paid.book = $1 AND paid.link_id = payment_links.id AND paid.status = 'successful' AND paid.amount_unknown = 1)
		FROM page AS payment_links
		LEFT JOIN transactions ON transactions.id = CASE payment_links.kind
			WHEN 'once' THEN (
				SELECT id FROM transactions AS attempts
				WHERE attempts.book = $1 AND attempts.link_id = payment_links.id
				ORDER BY CASE status
					WHEN 'successful' THEN 1 WHEN 'pending' THEN 2 WHEN 'in_doubt' THEN 3
					WHEN 'waiting' THEN 4 WHEN 'failed' THEN 5 ELSE 6 END, id DESC LIMIT 1)
			ELSE (
				SELECT MAX(id) FROM transactions AS attempts
				WHERE attempts.book = $1 AND attempts.link_id = payment_links.id) END
		ORDER BY payment_links.id DESC`
}
