package payments

// Addresses of strangers, as they are counted.

import "net/netip"

// noAddress stands for what is none.
const noAddress = "unknown"

// Network is what one household or shop has of addresses, to count what comes from
// it: a whole /64 of IPv6; "unknown" for what is no address.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return noAddress
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}
