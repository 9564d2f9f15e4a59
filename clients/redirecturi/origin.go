package redirecturi

// OriginOf returns the origin of an address on the web as a browser writes it
// (RFC 6454 §6.2), or "" for every other address.
func OriginOf(address string) string {
	u, err := Parse(address)
	if err != nil || !u.Web() {
		return ""
	}
	return u.Scheme + "://" + u.HostPort()
}
