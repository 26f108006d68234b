package product

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Site is where the product is reached.
type Site struct {
	Local  string        // its address from this machine: http://127.0.0.1:8080
	Public string        // its address for people: the configured one, else http://localhost:8080
	Named  bool          // Public was configured: customers reach it
	Nearby func() string // its address in its own network; nil or "" where it is not reached there
}

// SiteAt is the site of what listens there; configured is its public address, or "".
func SiteAt(listening net.Addr, configured string) (Site, error) {
	host, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return Site{}, fmt.Errorf("listen address: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	s := Site{Local: "http://" + net.JoinHostPort(host, port), Public: "http://localhost:" + port, Nearby: nearby(listening)}
	if configured == "" {
		return s, nil
	}
	u, err := url.Parse(configured)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return s, fmt.Errorf("--url %q: want the address of a site, like https://pay.example.com", configured)
	}
	s.Public, s.Named = u.Scheme+"://"+u.Host, true
	return s, nil
}

// nearby tells this machine's address in its own network, which may change while
// it runs; "" where it listens to itself alone.
func nearby(listening net.Addr) func() string {
	host, port, err := net.SplitHostPort(listening.String())
	ip := net.ParseIP(host)
	if err != nil || ip.IsLoopback() {
		return func() string { return "" }
	}
	return func() string {
		if ip != nil && !ip.IsUnspecified() {
			return "http://" + net.JoinHostPort(host, port)
		}
		route, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 9}) // sends nothing: it asks which way leads out
		if err != nil {
			return ""
		}
		defer route.Close()
		own, isUDP := route.LocalAddr().(*net.UDPAddr)
		if !isUDP || own.IP.IsLoopback() {
			return ""
		}
		return "http://" + net.JoinHostPort(own.IP.String(), port)
	}
}
