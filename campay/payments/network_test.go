package payments

import "testing"

func TestNetwork_OneHouseholdIsOne(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::1": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "unknown", "x": "unknown",
	} {
		if got := Network(address); got != want {
			t.Errorf("%q is %q", address, got)
		}
	}
}
