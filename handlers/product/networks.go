package product

import (
	"fmt"
	"net"
	"strings"
)

// Networks reads the addresses, and ranges of them, of proxies that are trusted.
func Networks(texts []string) ([]*net.IPNet, error) {
	var all []*net.IPNet
	for _, text := range texts {
		if !strings.Contains(text, "/") {
			if ip := net.ParseIP(text); ip != nil && ip.To4() != nil {
				text += "/32"
			} else {
				text += "/128"
			}
		}
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy: %w", err)
		}
		all = append(all, network)
	}
	return all, nil
}
