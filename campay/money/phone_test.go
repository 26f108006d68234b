package money_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"comptoir/campay/money"
)

func TestParsePhone_ReadsANumberAsPeopleTypeIt(t *testing.T) {
	for _, s := range []string{
		"677123456", "6 77 12 34 56", "+237677123456", "00237677123456", "00 237 677 12 34 56", "677-12-34-56",
		"237677123456", "237 6 77 12 34 56", "+237 (6) 77.12.34.56", " 677123456\t", "677\u00a012\u202f34\u00a056",
		"677–12–34–56", "tel:+237677123456", "677/12/34/56",
		"\u202a677123456\u202c", "\u2066+237 677 12 34 56\u2069", "\u200e677123456\u200f", "6\u200b77123456", "\ufeff677123456", "677123456\ufe0f",
		"677\u200712\u200934\u200956", "'677123456", `="677123456"`, "(+237) 677 12 34 56", "677123456.0", "'+237677123456", "677\u2011123\u2011456",
	} {
		if got, err := money.ParsePhone(s); err != nil || got != "237677123456" {
			t.Errorf("ParsePhone(%q) = %q, %v", s, got, err)
		}
	}
}

func TestParsePhone_RefusesWhatIsNoCameroonMobileNumber(t *testing.T) {
	for _, s := range []string{
		"", " ", "+", "00", "67712345", "6771234567", "2376771234567", "+33612345678", "0033612345678", "+677123456",
		"0677123456", "237237677123456", "+237+677123456", "677CALLME", "677123456 ext 5", "٦٧٧١٢٣٤٥٦",
		"222123456", "600123456", "777123456", "677123456;677123457", strings.Repeat("6", 41), "00237222123456",
		"237677123", "\x00677123456", "tel:tel:677123456",
		"677+123456", "++237677123456", "677123456.5", "677123456,0", "''677123456", `="677123456`, "677\n123456", "677123456\u0000", "=677123456",
	} {
		got, err := money.ParsePhone(s)
		if !errors.Is(err, money.ErrPhone) {
			t.Errorf("ParsePhone(%q) = %q, %v; want ErrPhone", s, got, err)
		}
	}
}

func TestParsePhone_ErrorDoesNotRepeatTheNumber(t *testing.T) {
	for _, s := range []string{"2226771234", "222677123", "+33677123456", "67712345612"} {
		if _, err := money.ParsePhone(s); err == nil || strings.Contains(err.Error(), "677123") {
			t.Errorf("ParsePhone(%q): %v", s, err)
		}
	}
}

func TestPhone_Operator_FollowsThePrefixTable(t *testing.T) {
	ranges := []struct {
		from, to int
		want     money.Operator
	}{
		{650, 654, money.MTN}, {670, 679, money.MTN}, {680, 683, money.MTN},
		{640, 641, money.Orange}, {655, 659, money.Orange}, {686, 689, money.Orange}, {690, 699, money.Orange},
		{620, 629, money.OtherOperator}, {660, 669, money.OtherOperator}, {684, 685, money.OtherOperator},
	}
	for _, r := range ranges {
		for prefix := r.from; prefix <= r.to; prefix++ {
			p, err := money.ParsePhone(fmt.Sprintf("%d123456", prefix))
			if err != nil {
				t.Errorf("%d: %v", prefix, err)
			}
			if got := p.Operator(); got != r.want {
				t.Errorf("%d is of %q; want %q", prefix, got, r.want)
			}
		}
	}
	if got := money.Phone("not a phone").Operator(); got != money.OtherOperator {
		t.Errorf("the operator of no phone is %q", got)
	}
}

func TestParseOperator_ReadsEveryCaseAndEnding(t *testing.T) {
	for s, want := range map[string]money.Operator{
		"mtn": money.MTN, "MTN": money.MTN, "MTN_CM": money.MTN, "MTN Cameroon": money.MTN, " mtn ": money.MTN,
		"orange": money.Orange, "Orange": money.Orange, "ORANGE_CM": money.Orange,
		"": money.OtherOperator, "None": money.OtherOperator, "Camtel": money.OtherOperator, "NEXTTEL": money.OtherOperator,
	} {
		if got := money.ParseOperator(s); got != want {
			t.Errorf("ParseOperator(%q) = %q; want %q", s, got, want)
		}
	}
}

func TestOperator_USSD_IsTheOperatorsOwn(t *testing.T) {
	for o, want := range map[money.Operator]string{
		money.MTN: "*126#", money.Orange: "#150*50#", money.OtherOperator: "",
	} {
		if got := o.USSD(); got != want {
			t.Errorf("%q: %q; want %q", o, got, want)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"677123456", "+237 6 77 12 34 56", "00237677123456", "677-12-34-56", "tel:", "+33612345678"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := money.ParsePhone(s)
		if err != nil {
			if p != "" || !errors.Is(err, money.ErrPhone) {
				t.Fatalf("ParsePhone(%q) = %q, %v", s, p, err)
			}
			return
		}
		if len(p) != 12 || !strings.HasPrefix(string(p), "2376") && p.Operator() != money.OtherOperator { // Camtel has mobile numbers in 242
			t.Fatalf("ParsePhone(%q) = %q", s, p)
		}
		if again, err := money.ParsePhone(string(p)); err != nil || again != p {
			t.Fatalf("%q reads back as %q, %v", p, again, err)
		}
	})
}
