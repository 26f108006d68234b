package web

import (
	"testing"

	"comptoir/views"
)

func TestReachOf_AddressesThatNobodyConfigured(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]views.Reach{
		"10.0.0.4:80": views.ReachNetwork, "[fd00::1]:8080": views.ReachNetwork, "[fe80::1]": views.ReachNetwork, "caisse:8080": views.ReachNetwork,
		"caisse.lan": views.ReachNetwork, "197.159.1.2": views.ReachAll, "pay.example.com:443": views.ReachAll,
	} {
		if got := reachOf("http://" + host); got != want || !leadsOthers(host) {
			t.Errorf("%s: %q", host, got)
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST.:8080", "app.localhost", "127.8.9.1:80", "[::1]:8080", "0.0.0.0:8080", "[::ffff:127.0.0.1]", "", "a b", "x/y", "evil@x"} {
		if leadsOthers(host) {
			t.Errorf("%s leads others", host)
		}
	}
}
