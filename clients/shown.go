package clients

import "github.com/fedhub/fedhub/clients/redirecturi"

// SelfDeclared reports whether nobody here vouches for the client's name: it
// came with its metadata document, and only its address was checked.
func (c Client) SelfDeclared() bool { return c.Server != nil || c.Document != nil }

// Trusted reports whether somebody here chose that people may be sent to the
// client's addresses unasked: an administrator who registered it, approved it
// or lets it skip consent, or a trusted issuer of its software statement. Who
// registered itself may be anybody (RFC 9700 §4.11.2).
func (c Client) Trusted() bool {
	if c.Server != nil {
		return true // it cannot be used before it is approved
	}
	return !c.SelfDeclared() && (c.Registration.At.IsZero() || c.Registration.Vouched != "" || c.SkipAuthorization)
}

// Host returns where the client lives, as people would recognise it; empty if
// its addresses do not say.
func (c Client) Host() string {
	if c.Server != nil {
		return c.Server.Host
	}
	if c.Document != nil {
		return c.Document.Host
	}
	for _, address := range append([]string{c.ClientURI, c.DefaultRedirectURI}, c.RedirectURIs...) {
		if u, err := redirecturi.Parse(address); err == nil && u.Web() {
			return u.HostPort()
		}
	}
	return ""
}

// Logo is the address of the image that people see; empty for a federated
// server, whose documents could claim anybody's.
func (c Client) Logo() string {
	if c.Server != nil {
		return ""
	}
	return c.LogoURI
}
