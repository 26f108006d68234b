package campay_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"comptoir/campay"
)

func TestParsePhone_ReadsANumberAsPeopleTypeIt(t *testing.T) {
	for _, s := range []string{
		"677123456", "6 77 12 34 56", "+237677123456", "00237677123456", "00 237 677 12 34 56", "677-12-34-56",
		"237677123456", "237 6 77 12 34 56", "+237 (6) 77.12.34.56", " 677123456\t", "677\u00a012\u202f34\u00a056",
		"677–12–34–56", "tel:+237677123456", "677/12/34/56",
		"\u202a677123456\u202c", "\u2066+237 677 12 34 56\u2069", "\u200e677123456\u200f", "6\u200b77123456", "\ufeff677123456", "677123456\ufe0f",
		"677\u200712\u200934\u200956", "'677123456", `="677123456"`, "(+237) 677 12 34 56", "677123456.0", "'+237677123456", "677\u2011123\u2011456",
	} {
		if got, err := campay.ParsePhone(s); err != nil || got != "237677123456" {
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
		got, err := campay.ParsePhone(s)
		if !errors.Is(err, campay.ErrPhone) {
			t.Errorf("ParsePhone(%q) = %q, %v; want ErrPhone", s, got, err)
		}
	}
}

func TestParsePhone_ErrorDoesNotRepeatTheNumber(t *testing.T) {
	for _, s := range []string{"2226771234", "222677123", "+33677123456", "67712345612"} {
		if _, err := campay.ParsePhone(s); err == nil || strings.Contains(err.Error(), "677123") {
			t.Errorf("ParsePhone(%q): %v", s, err)
		}
	}
}

func TestPhone_Operator_FollowsThePrefixTable(t *testing.T) {
	ranges := []struct {
		from, to int
		want     campay.Operator
	}{
		{650, 654, campay.MTN}, {670, 679, campay.MTN}, {680, 683, campay.MTN},
		{640, 641, campay.Orange}, {655, 659, campay.Orange}, {686, 689, campay.Orange}, {690, 699, campay.Orange},
		{620, 629, campay.OtherOperator}, {660, 669, campay.OtherOperator}, {684, 685, campay.OtherOperator},
	}
	for _, r := range ranges {
		for prefix := r.from; prefix <= r.to; prefix++ {
			p, err := campay.ParsePhone(fmt.Sprintf("%d123456", prefix))
			if err != nil {
				t.Errorf("%d: %v", prefix, err)
			}
			if got := p.Operator(); got != r.want {
				t.Errorf("%d is of %q; want %q", prefix, got, r.want)
			}
		}
	}
	if got := campay.Phone("not a phone").Operator(); got != campay.OtherOperator {
		t.Errorf("the operator of no phone is %q", got)
	}
}

func TestParseOperator_ReadsEveryCaseAndEnding(t *testing.T) {
	for s, want := range map[string]campay.Operator{
		"mtn": campay.MTN, "MTN": campay.MTN, "MTN_CM": campay.MTN, "MTN Cameroon": campay.MTN, " mtn ": campay.MTN,
		"orange": campay.Orange, "Orange": campay.Orange, "ORANGE_CM": campay.Orange,
		"": campay.OtherOperator, "None": campay.OtherOperator, "Camtel": campay.OtherOperator, "NEXTTEL": campay.OtherOperator,
	} {
		if got := campay.ParseOperator(s); got != want {
			t.Errorf("ParseOperator(%q) = %q; want %q", s, got, want)
		}
	}
}

func TestOperator_USSD_IsTheOperatorsOwn(t *testing.T) {
	for o, want := range map[campay.Operator]string{
		campay.MTN: "*126#", campay.Orange: "#150*50#", campay.OtherOperator: "",
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
		p, err := campay.ParsePhone(s)
		if err != nil {
			if p != "" || !errors.Is(err, campay.ErrPhone) {
				t.Fatalf("ParsePhone(%q) = %q, %v", s, p, err)
			}
			return
		}
		if len(p) != 12 || !strings.HasPrefix(string(p), "2376") && p.Operator() != campay.OtherOperator { // Camtel has mobile numbers in 242
			t.Fatalf("ParsePhone(%q) = %q", s, p)
		}
		if again, err := campay.ParsePhone(string(p)); err != nil || again != p {
			t.Fatalf("%q reads back as %q, %v", p, again, err)
		}
	})
}
