package clients

// OriginOf returns the origin of an address on the web as a browser writes it
// (RFC 6454 §6.2), or "" for every other address.
func OriginOf(address string) string {
	u, err := parseURI(address)
	if err != nil || !u.web() {
		return ""
	}
	return u.scheme + "://" + u.hostPort()
}
