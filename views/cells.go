package views

// Cells of a file for a spreadsheet, as the reader's own opens it: a French one
// takes semicolons, decimal commas and days first, an English one commas, points
// and years first. Words are the reader's; phones are text and no numbers.

import (
	"context"
	"strconv"
	"strings"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// CellSeparator is what stands between the cells of a line.
func CellSeparator(ctx context.Context) rune {
	if Locale(ctx) == French {
		return ';'
	}
	return ','
}

// cellAmount is an amount as a spreadsheet reads a number.
func cellAmount(ctx context.Context, hundredths money.XAF) string {
	if Locale(ctx) == French {
		return strings.ReplaceAll(hundredths.String(), ".", ",")
	}
	return hundredths.String()
}

// cellTold is an amount that CamPay may not have told.
func cellTold(ctx context.Context, hundredths money.XAF, isUntold bool) string {
	if isUntold {
		return T(ctx, "amount.unknown_short")
	}
	return cellAmount(ctx, hundredths)
}

// cellPhone is a number that no spreadsheet takes for an amount: 6-77-12-34-56.
func cellPhone(number money.Phone) string { return strings.ReplaceAll(Phone(number), "\u00a0", "-") }

// cellMoment is a moment in Douala as a spreadsheet reads it; nothing for none.
func cellMoment(ctx context.Context, at time.Time) string {
	switch at = at.In(money.Douala); {
	case at.Unix() <= 0:
		return ""
	case Locale(ctx) == French:
		return at.Format("02/01/2006 15:04:05")
	default:
		return at.Format(time.DateTime)
	}
}

// cellID is a number of ours; nothing for none.
func cellID(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// FileDay is Douala's date in the name of a file.
func FileDay(at time.Time) string { return at.In(money.Douala).Format(time.DateOnly) }

// kindWord is what a transaction does, in one word: a refund is no withdrawal.
func kindWord(ctx context.Context, kind store.Kind, origin store.Origin) string {
	if origin == store.OriginRefund {
		return T(ctx, "kind.refund")
	}
	if kind == "" {
		return ""
	}
	return T(ctx, "kind."+string(kind))
}
