package store

// What CamPay said the app held, so that a screen has something to show when
// CamPay cannot be reached.

import (
	"context"
	"fmt"
	"time"

	"comptoir/campay/money"
)

// BalanceSnapshot is what CamPay said the app held at a time; hundredths. What it
// did not tell is 0 and marked so.
type BalanceSnapshot struct {
	At      time.Time
	Total   money.XAF
	MTN     money.XAF
	Orange  money.XAF
	Utility money.XAF

	TotalUnknown, MTNUnknown, OrangeUnknown, UtilityUnknown bool
}

const balanceColumns = "at, total, mtn, orange, utility, total_unknown, mtn_unknown, orange_unknown, utility_unknown"

func scanBalance(r row) (b BalanceSnapshot, err error) {
	err = r.Scan(timeColumn{&b.At}, &b.Total, &b.MTN, &b.Orange, &b.Utility,
		&b.TotalUnknown, &b.MTNUnknown, &b.OrangeUnknown, &b.UtilityUnknown)
	return b, err
}

// AddBalance keeps a snapshot beside the earlier ones.
func (tx *Tx) AddBalance(ctx context.Context, b BalanceSnapshot) error {
	_, err := tx.savepoint.exec(ctx, `
		INSERT INTO balance_snapshots (book, `+balanceColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tx.book, millis(b.At), b.Total, b.MTN, b.Orange, b.Utility,
		bit(b.TotalUnknown), bit(b.MTNUnknown), bit(b.OrangeUnknown), bit(b.UtilityUnknown))
	if err != nil {
		return fmt.Errorf("add balance: %w", err)
	}
	return nil
}
