package web

// The address for other people: what invitations, receipts, posters and messages
// hold has to lead them here, and "localhost" leads everybody to himself.

import (
	"context"
	"net"
	"net/netip"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"comptoir/views"
)

// cameBy is the key of the address by which who asks is here.
type cameBy struct{}

// ForOthers is the address by which others reach the product, and how far it
// leads: the configured one; else that by which who asks is here, if it is not his
// own machine's alone; else this machine's in its network.
func (s *Desk) ForOthers(ctx context.Context) (address string, reach views.Reach) {
	if s.PublicQR {
		return s.URL, views.ReachAll
	}
	if came, ok := ctx.Value(cameBy{}).(string); ok {
		return came, reachOf(came)
	}
	if s.Nearby != nil {
		if near := s.Nearby(); near != "" {
			return near, views.ReachNetwork
		}
	}
	return s.URL, views.ReachMachine
}

// withAddress keeps the address by which a request came, where others may come by
// it too.
func withAddress(ctx context.Context, c echo.Context) context.Context {
	if !leadsOthers(c.Request().Host) {
		return ctx
	}
	return context.WithValue(ctx, cameBy{}, c.Scheme()+"://"+c.Request().Host)
}

var hostForm = regexp.MustCompile(`^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// leadsOthers reports whether a request's Host is one by which others come.
func leadsOthers(host string) bool {
	if !hostForm.MatchString(host) {
		return false
	}
	name := hostName(host)
	if ip, err := netip.ParseAddr(name); err == nil {
		return !ip.IsLoopback() && !ip.IsUnspecified()
	}
	return name != "localhost" && !strings.HasSuffix(name, ".localhost")
}

func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// reachOf is how far an address leads that nobody configured: a private one, or a
// name that no public server knows, no farther than the shop's own network.
func reachOf(address string) views.Reach {
	_, host, _ := strings.Cut(address, "://")
	name := hostName(host)
	if ip, err := netip.ParseAddr(name); err == nil {
		if ip.IsPrivate() || ip.IsLinkLocalUnicast() {
			return views.ReachNetwork
		}
		return views.ReachAll
	}
	for _, own := range []string{".local", ".lan", ".home", ".internal", ".home.arpa"} {
		if strings.HasSuffix(name, own) {
			return views.ReachNetwork
		}
	}
	if !strings.Contains(name, ".") {
		return views.ReachNetwork
	}
	return views.ReachAll
}
