package store

// Receipts.

import "testing"

func TestAddReceipt_TheFirstAddressStays(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), "sandbox")
	sale := addTransaction(t, s, Transaction{Status: StatusSuccessful, Amount: 500})
	for _, token := range []string{"first", "second"} {
		write(t, s, func(tx *Tx) error {
			kept, err := tx.AddReceipt(t.Context(), sale.ID, token, noon)
			if kept != "first" {
				t.Errorf("%s is at %q", token, kept)
			}
			return err
		})
	}
	if found, err := s.TransactionOfReceipt(t.Context(), "first"); err != nil || found.ID != sale.ID {
		t.Errorf("%+v, %v", found, err)
	}
	_, err := s.TransactionOfReceipt(t.Context(), "second")
	mustBe(t, err, ErrNotFound)
	_, err = s.ReceiptOf(t.Context(), 99)
	mustBe(t, err, ErrNotFound)
}
