package store

// The owner's rules for money that goes out: one set for each book.

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"comptoir/campay/money"
)

// PayoutRules limit what may go out. In every amount, count and duration 0 is
// no limit; amounts are hundredths.
type PayoutRules struct {
	Frozen           bool      // nothing goes out at all
	MostEach         money.XAF // of one withdrawal or airtime
	MostDay          money.XAF // of the withdrawals of a day together
	CountDay         int       // withdrawals in a day
	FromHour, ToHour int       // Douala's hours in which money may go out, ToHour not included; equal for any hour
	SavedOnly        bool      // only to saved recipients
	NewRecipientWait time.Duration
	ApprovalAbove    money.XAF // above it a second owner approves
	ApprovalHeld     money.XAF // the lower one that goes on until HeldUntil; 0 for none
	HeldUntil        time.Time
	AirtimeDay       money.XAF // of the airtime of a day together
	UpdatedAt        time.Time
	UpdatedBy        int64
}

// SecondOwnerWait is how long what weakens a second owner's approval waits: a
// higher threshold, and whoever was made an owner by another one.
const SecondOwnerWait = 24 * time.Hour

// ApprovalInForce is the amount above which a second owner approves now; 0 for none.
func (p PayoutRules) ApprovalInForce(now time.Time) money.XAF {
	isHeld := p.ApprovalHeld > 0 && now.Before(p.HeldUntil)
	if isHeld && (p.ApprovalAbove == 0 || p.ApprovalHeld < p.ApprovalAbove) {
		return p.ApprovalHeld
	}
	return p.ApprovalAbove
}

// LimitDay reports whether the rules limit what of a kind goes out in a day.
func (p PayoutRules) LimitDay(kind Kind) bool {
	if kind == KindAirtime {
		return p.AirtimeDay > 0
	}
	return p.MostDay > 0 || p.CountDay > 0
}

// Version tells one state of the rules from another, as a form carries it.
func (p PayoutRules) Version() string { return strconv.FormatInt(millis(p.UpdatedAt), 10) }

const payoutRulesColumns = `frozen, most_each, most_day, count_day, from_hour, to_hour, saved_only,
	new_recipient_wait, approval_above, approval_held, approval_held_until,
	airtime_day, updated_at, updated_by`

func scanPayoutRules(r row) (p PayoutRules, err error) {
	var wait int64
	err = r.Scan(&p.Frozen, &p.MostEach, &p.MostDay, &p.CountDay, &p.FromHour, &p.ToHour, &p.SavedOnly,
		&wait, &p.ApprovalAbove, &p.ApprovalHeld, timeColumn{&p.HeldUntil}, &p.AirtimeDay, timeColumn{&p.UpdatedAt}, &p.UpdatedBy)
	p.NewRecipientWait = time.Duration(wait) * time.Millisecond
	return p, err
}

// PayoutRules returns the rules of the book; the zero value, which limits
// nothing, when none were ever set.
func (r Reader) PayoutRules(ctx context.Context) (PayoutRules, error) {
	rules, err := one(ctx, r.rows, scanPayoutRules,
		"SELECT "+payoutRulesColumns+" FROM payout_rules WHERE book = $1", r.book)
	if errors.Is(err, ErrNotFound) {
		return PayoutRules{}, nil
	}
	if err != nil {
		return PayoutRules{}, fmt.Errorf("payout rules: %w", err)
	}
	return rules, nil
}

// SetPayoutRules puts rules in the place of those that the book has. What was done
// to those past Comptoir is kept as damage before they go.
func (tx *Tx) SetPayoutRules(ctx context.Context, p PayoutRules) error {
	_, broken, err := tx.CheckRows(ctx, Look{}) // the rules are the first that are looked at
	if err != nil {
		return fmt.Errorf("set payout rules: %w", err)
	}
	if err := tx.addBroken(ctx, broken); err != nil {
		return err
	}
	_, err = tx.savepoint.exec(ctx, `
		INSERT INTO payout_rules (book, `+payoutRulesColumns+`, sum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (book) DO UPDATE SET frozen = excluded.frozen, most_each = excluded.most_each,
			most_day = excluded.most_day, count_day = excluded.count_day, from_hour = excluded.from_hour,
			to_hour = excluded.to_hour, saved_only = excluded.saved_only,
			new_recipient_wait = excluded.new_recipient_wait, approval_above = excluded.approval_above,
			approval_held = excluded.approval_held, approval_held_until = excluded.approval_held_until,
			airtime_day = excluded.airtime_day, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
			sum = excluded.sum`,
		tx.book, bit(p.Frozen), p.MostEach, p.MostDay, p.CountDay, p.FromHour, p.ToHour, bit(p.SavedOnly),
		p.NewRecipientWait.Milliseconds(), p.ApprovalAbove, p.ApprovalHeld, millis(p.HeldUntil),
		p.AirtimeDay, millis(p.UpdatedAt), p.UpdatedBy, sumOfRules(tx.book, p))
	if err != nil {
		return fmt.Errorf("set payout rules: %w", err)
	}
	return nil
}
