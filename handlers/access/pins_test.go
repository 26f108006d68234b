package access

import (
	"strings"
	"testing"
)

func FuzzIsPIN(f *testing.F) {
	for _, seed := range []string{"", "1234", "9317", "00000", "12a4", "٣٤٥٦"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pin string) {
		if IsPIN(pin) && (len(pin) < 4 || len(pin) > 6 || strings.Trim(pin, "0123456789") != "") {
			t.Errorf("%q is a PIN", pin)
		}
	})
}
