package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"comptoir/store"
)

var ownAddress = regexp.MustCompile(`https?://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?/`)

func at(host string) func(*http.Request) { return func(r *http.Request) { r.Host = host } }

// What is handed out is looked at in each place that holds an address.
func TestAddressForOthers_IsOneByWhichTheyCome(t *testing.T) {
	t.Parallel()
	const lan, machine = "Wi-Fi", "que sur cette machine"
	for _, c := range []struct {
		name, url, nearby, host string
		want, says              string // the address, and what is said of it
	}{
		{"by a LAN address", "", "", "192.168.1.20:8080", "http://192.168.1.20:8080", lan},
		{"by a name of the network", "", "", "boutique.local:8080", "http://boutique.local:8080", lan},
		{"by a public name", "", "", "pay.example.com", "http://pay.example.com", ""},
		{"here, and it listens to the network", "", "http://192.168.1.20:8080", "localhost:8080", "http://192.168.1.20:8080", lan},
		{"here, and it listens to itself", "", "", "127.0.0.1:8080", "", machine},
		{"configured", "https://pay.example.com", "http://192.168.1.20:8080", "192.168.1.20:8080", "https://pay.example.com", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := openShop(t)
			s.server.desk.Nearby = func() string { return c.nearby }
			if c.url != "" {
				s.server.desk.URL, s.server.desk.PublicQR = c.url, true
			}
			s.user("owner", store.RoleOwner)
			owner, here := s.browser(), at(c.host)
			owner.post("/signin", url.Values{"name": {"owner"}, "password": {testPassword}}, here)
			link := owner.post("/links", url.Values{"operation": {newOperation()}, "kind": {"reusable"}, "amount": {"500"}, "description": {"Pain"}}, here).header.Get("Location")
			sale := transactionOf(owner.post("/checkout/phone", url.Values{"operation": {newOperation()}, "amount": {"500"}, "phone": {"677123456"}}, here))
			s.must(s.sandbox.Enter(s.sandbox.Prompts()[0].Reference, "1234"))
			s.work()
			pages := map[string]answer{
				"invitation": owner.post("/team/invite", url.Values{"name": {"Caisse"}, "role": {"cashier"}, "password": {testPassword}}, here),
				"link":       owner.get(link, here),
				"receipt":    owner.get(owner.get(sale+"/receipt", here).header.Get("Location"), here),
			}
			for name, page := range pages {
				if page.status != http.StatusOK || c.want != "" && !strings.Contains(page.body, c.want+"/") {
					t.Errorf("%s (%d) holds no %s", name, page.status, c.want)
				}
				if found := ownAddress.FindString(page.body); found != "" && c.says != machine {
					t.Errorf("%s holds %s", name, found)
				}
				for _, hint := range []string{lan, machine} {
					if strings.Contains(page.body, hint) != (hint == c.says) {
						t.Errorf("%s says %q: %v", name, hint, hint != c.says)
					}
				}
			}
		})
	}
}
