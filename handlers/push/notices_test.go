package push

// Notices over the wire: a push service that reads what it is sent with the
// browser's own keys.

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestNotices_ANameThatLeadsInside_IsRefusedWhenItIsCalled(t *testing.T) {
	inside := httptest.NewServer(http.NotFoundHandler())
	defer inside.Close()
	if _, err := publicOnly().Get(inside.URL); err == nil || !strings.Contains(err.Error(), errPrivate.Error()) {
		t.Errorf("a call to this machine: %v", err)
	}
	for text, want := range map[string]bool{
		"8.8.8.8": true, "10.0.0.1": false, "192.168.1.1": false, "100.64.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::1": false, "240.0.0.1": false, "169.254.1.1": false, "::ffff:127.0.0.1": false,
		"0.1.2.3": false, "::10.0.0.1": false, "fec0::1": false, "64:ff9b:1::a00:1": false, "::ffff:0:10.0.0.1": false, "2001::1": false, "2001:4860::1": true, "192.88.99.1": false,
		"fc00::1": false, "fe80::1": false, "2a00:1450::1": true, "0.0.0.0": false, "224.0.0.1": false,
	} {
		if isPublic(netip.MustParseAddr(text)) != want {
			t.Errorf("%s", text)
		}
	}
}
