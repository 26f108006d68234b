package product

import "testing"

func TestNetworks_AddressesAndRanges(t *testing.T) {
	t.Parallel()
	all, err := Networks([]string{"127.0.0.1", "10.0.0.0/8", "2001:db8::1"})
	if err != nil || len(all) != 3 || all[0].String() != "127.0.0.1/32" || all[2].String() != "2001:db8::1/128" {
		t.Errorf("%v, %v", all, err)
	}
	for _, wrong := range []string{"", "x", "10.0.0.0/99"} {
		if _, err := Networks([]string{wrong}); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}
