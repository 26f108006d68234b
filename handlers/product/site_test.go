package product

import (
	"net"
	"strings"
	"testing"
)

func TestSite_IsWhereItListens_OrTheAddressItWasGiven(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ listening, configured, local, public string }{
		{"127.0.0.1:8080", "", "http://127.0.0.1:8080", "http://localhost:8080"},
		{"[::]:80", "", "http://127.0.0.1:80", "http://localhost:80"},
		{"192.168.1.20:8080", "https://pay.example.com/", "http://192.168.1.20:8080", "https://pay.example.com"},
	} {
		addr, err := net.ResolveTCPAddr("tcp", row.listening)
		if err != nil {
			t.Fatal(err)
		}
		got, err := SiteAt(addr, row.configured)
		if err != nil || got.Local != row.local || got.Public != row.public || got.Named != (row.configured != "") {
			t.Errorf("%s, %q: %+v, %v", row.listening, row.configured, got, err)
		}
	}
	for _, wrong := range []string{"pay.example.com", "ftp://pay.example.com", "https://pay.example.com/shop", "https://pay.example.com?a=b", "https://", "http://%"} {
		if got, err := SiteAt(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, wrong); err == nil {
			t.Errorf("%q was taken: %+v", wrong, got)
		}
	}
}

func TestNearby_IsNoAddressOfThisMachineAlone(t *testing.T) {
	t.Parallel()
	for listening, want := range map[string]string{
		"127.0.0.1:8080": "", "[::1]:8080": "", "192.168.1.20:8080": "http://192.168.1.20:8080",
	} {
		addr, err := net.ResolveTCPAddr("tcp", listening)
		if err != nil {
			t.Fatal(err)
		}
		if got := nearby(addr)(); got != want {
			t.Errorf("%s: %q, want %q", listening, got, want)
		}
	}
	anywhere := nearby(&net.TCPAddr{IP: net.IPv6unspecified, Port: 8080})()
	if strings.Contains(anywhere, "localhost") || strings.Contains(anywhere, "127.0.0.1") || strings.Contains(anywhere, "[::]") {
		t.Errorf("listening everywhere: %q", anywhere)
	}
}
