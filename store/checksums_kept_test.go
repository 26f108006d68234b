package store

import (
	"testing"
	"time"
)

// The checksums of rows that shops have kept: one that came out otherwise would call
// every row of every shop damaged.
func TestChecksums_AreThoseThatShopsHaveKept(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_772_616_600_000)
	for name, c := range map[string]struct{ got, want int64 }{
		"transaction": {sumOf(Demo, Transaction{
			Kind: KindWithdraw, Origin: OriginPush, Status: StatusSuccessful, ExternalReference: "ext", OperationCode: "op", Reference: "ref",
			Asked: 123_456, Amount: 123_400, Net: 120_000, Fee: 3_456, SettledAt: at, RefundOf: 7, Currency: "XAF", Operator: "MTN", Phone: "237677123456",
		}), 1758521843},
		"link": {sumOfLink(Demo, PaymentLink{
			Slug: "slug", Kind: LinkOnce, PaymentOptions: "MOMO", RedirectURL: "https://a", FailureRedirectURL: "https://b", Amount: 50_000, MayPayMore: true, MostPayments: 3, MostMoney: 150_050,
		}), 653398734},
		"approval": {sumOfApproval(Demo, Approval{
			Operation: "op", Kind: KindAirtime, Origin: OriginPush, Phone: "237677123456", Operator: "MTN", RecipientName: "Awa", RefundOf: 2, Asked: 77_700, RequestedBy: 4, RequestedAt: at,
		}), 369762918},
		"rules": {sumOfRules(Demo, PayoutRules{
			Frozen: true, MostEach: 100_001, MostDay: 200_002, CountDay: 3, FromHour: 8, ToHour: 18, SavedOnly: true, NewRecipientWait: time.Hour,
			ApprovalAbove: 300_003, ApprovalHeld: 1, HeldUntil: at, AirtimeDay: 9_900, UpdatedAt: at, UpdatedBy: 5,
		}), 1074701200},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, not %d", name, c.got, c.want)
		}
	}
}
