package clients

import (
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/redirecturi"
)

// SelfDeclared reports whether the client's name is unchecked: it came with its
// metadata document, and only its address was checked.
func (c Client) SelfDeclared() bool { return c.Server != nil || c.Document != nil }

// RegisteredItself reports whether no administrator added the client: it came
// with its metadata document, or by dynamic registration.
func (c Client) RegisteredItself() bool { return c.SelfDeclared() || !c.Registration.At.IsZero() }

// Asker is what decides about the client's access to APIs.
func (c Client) Asker() apis.Asker {
	return apis.Asker{Resources: c.Resources, Scopes: c.Scopes, SelfRegistered: c.RegisteredItself()}
}

// Trusted reports whether users may be sent to the client's addresses without a
// question: an administrator registered it, approved it or lets it skip
// consent, or a trusted issuer signed its software statement. A client that
// registered itself may be an attacker (RFC 9700 §4.11.2).
func (c Client) Trusted() bool {
	if c.Server != nil {
		return true // it cannot be used before it is approved
	}
	return !c.SelfDeclared() && (c.Registration.At.IsZero() || c.Registration.Vouched != "" || c.SkipAuthorization)
}

// Host returns the host of the client, as users know it; empty if its addresses
// do not show it.
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

// Logo is the address of the image that users see; empty for a federated hub,
// which could use another organisation's.
func (c Client) Logo() string {
	if c.Server != nil {
		return ""
	}
	return c.LogoURI
}
