package payments_test

import (
	"slices"
	"testing"
	"unicode/utf8"

	"comptoir/campay/money"
	"comptoir/campay/payments"
)

// Messages in the shape of the operators': numbers and references are made up.
func TestParseClaim_ReadsTheOperatorsMessages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		reference string
		phone     money.Phone
		amount    int64
	}{
		"You have received 2,500 FCFA from CLIENT EXEMPLE (237677123456) on 2026-03-04 10:13:31. Transaction Id: 4457494910. New balance: 9,000 FCFA": {"4457494910", "237677123456", 2500},
		"Votre paiement de 12 500 FCFA à BOUTIQUE EXEMPLE a été effectué le 2026-03-04 à 10:13. Financial Transaction Id : 9876543210.":               {"9876543210", "", 12500},
		"Paiement de 1500.00 FCFA reussi. Ref: MP260304.1207.A12345. Solde: 8500.00 FCFA.":                                                            {"MP260304.1207.A12345", "", 1500},
		"Transfert de 3.000 F du 699 12 34 56 vers 6 77 12 34 56 réussi, ID transaction PP260304.1001.B00077":                                         {"PP260304.1001.B00077", "237699123456", 3000},
		"XAF 5000 paid to +237 655 00 11 22, code CP260304T00005":                                                                                     {"CP260304T00005", "237655001122", 5000},
		"Ref CP260304T00005, 9 000 FCFA":       {"CP260304T00005", "", 9000},
		"cp260304t00005":                       {"CP260304T00005", "", 0},
		"0b1f0a5e-9e4f-4c43-8b39-2b8f6f7a5d10": {"0B1F0A5E-9E4F-4C43-8B39-2B8F6F7A5D10", "", 0},
	} {
		got := payments.ParseClaim(text)
		if !slices.Contains(got.References, want.reference) {
			t.Errorf("%q: references %v", text, got.References)
		}
		if want.phone != "" && !slices.Contains(got.Phones, want.phone) {
			t.Errorf("%q: phones %v", text, got.Phones)
		}
		if want.amount != 0 && !slices.Contains(got.Amounts, money.Francs(want.amount)) {
			t.Errorf("%q: amounts %v", text, got.Amounts)
		}
	}
}

func TestParseClaim_TakesNeitherDatesNorPhonesForReferences(t *testing.T) {
	t.Parallel()
	got := payments.ParseClaim("Reçu le 2026-03-04 à 10:13:31 de 677123456 et 237699123456, merci")
	if len(got.References) != 0 || !got.Empty() {
		t.Errorf("%+v", got)
	}
}

func FuzzParseClaim(f *testing.F) {
	for _, seed := range []string{"", "MP260304.1207.A12345", "2 500 FCFA 677123456", "XAF 1.", "F F F 9F", "237237677123456", "\xff6", "6 7 7 1 2 3 4 5 6", "500000000000000000 F", "Réf\u00a0: É12345"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := payments.ParseClaim(text)
		if len(c.References) > 8 || len(c.Phones) > 8 || len(c.Amounts) > 8 {
			t.Errorf("unbounded: %+v", c)
		}
		for _, r := range c.References {
			if !utf8.ValidString(r) || len(r) < 6 || len(r) > 62 {
				t.Errorf("reference %q", r)
			}
		}
		for _, a := range c.Amounts {
			if a <= 0 || a > payments.MaxAmount {
				t.Errorf("amount %v", a)
			}
		}
		for _, p := range c.Phones {
			if again, err := money.ParsePhone(string(p)); err != nil || again != p {
				t.Errorf("phone %q", p)
			}
		}
	})
}
