package handlers

import (
	"net"
	"net/http"
	"testing"
)

func TestAddressOf_BelievesTrustedProxiesAlone(t *testing.T) {
	t.Parallel()
	_, proxy, err := net.ParseCIDR("192.0.2.0/24")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		proxies             []*net.IPNet
		from, forwarded, is string
	}{
		"no proxy":                 {nil, "198.51.100.7:1", "203.0.113.9", "198.51.100.7"},
		"through the proxy":        {[]*net.IPNet{proxy}, "192.0.2.1:1", "203.0.113.9", "203.0.113.9"},
		"past the proxy":           {[]*net.IPNet{proxy}, "198.51.100.7:1", "203.0.113.9", "198.51.100.7"},
		"a forged one before":      {[]*net.IPNet{proxy}, "192.0.2.1:1", "127.0.0.1, 203.0.113.9", "203.0.113.9"},
		"this machine's own":       {[]*net.IPNet{proxy}, "127.0.0.1:1", "203.0.113.9", "127.0.0.1"},
		"with a port":              {[]*net.IPNet{proxy}, "192.0.2.1:1", "197.159.1.2:54321", "197.159.1.2"},
		"of IPv6, with a port":     {[]*net.IPNet{proxy}, "192.0.2.1:1", "127.0.0.1:1, [2001:db8::1]:443", "2001:db8::1"},
		"of IPv6":                  {[]*net.IPNet{proxy}, "192.0.2.1:1", "2001:db8::1", "2001:db8::1"},
		"a proxy's, with a port":   {[]*net.IPNet{proxy}, "192.0.2.1:1", "203.0.113.9:1, 192.0.2.7:2", "203.0.113.9"},
		"said by none":             {[]*net.IPNet{proxy}, "192.0.2.1:1", "", "192.0.2.1"},
		"nonsense":                 {[]*net.IPNet{proxy}, "192.0.2.1:1", "<script>", "192.0.2.1"},
		"two proxies, one trusted": {[]*net.IPNet{proxy}, "192.0.2.1:1", "203.0.113.9, 10.0.0.1", "10.0.0.1"},
	} {
		r := &http.Request{RemoteAddr: c.from, Header: http.Header{"X-Forwarded-For": {c.forwarded}}}
		if got := addressOf(c.proxies)(r); got != c.is {
			t.Errorf("%s: %s", name, got)
		}
	}
}
