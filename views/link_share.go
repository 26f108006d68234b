package views

// What a link says of itself where it is sent: in a messenger's preview, and in
// the text beside it.

import (
	"context"

	"comptoir/store"
)

// previewTitle is a link in a line: how much, and to whom.
func previewTitle(ctx context.Context, shop string, l store.PaymentLink) string {
	if l.Amount == 0 {
		return T(ctx, "link.preview_open", "Shop", shop)
	}
	return T(ctx, "link.preview", "Shop", shop, "Amount", Francs(ctx, l.Amount))
}
