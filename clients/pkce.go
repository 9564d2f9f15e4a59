package clients

import (
	"slices"

	"github.com/fedhub/fedhub/internal/forms"
)

// PKCE says when a client may request a code without a code_challenge. If a
// request has one it is always enforced (RFC 9700 §2.1.1).
type PKCE string

// The three values. Stored is the word, or pkce_optional for the third; neither
// means PKCEAlways.
const (
	PKCEAlways      PKCE = "always"   // never
	PKCEUnlessNonce PKCE = "nonce"    // in OpenID requests with a nonce
	PKCEOptional    PKCE = "optional" // at any time
)

// PKCERule is the rule that applies. A public client, or one that no
// administrator added, always needs PKCE, because nothing else ties the code to
// it. So do hubs and clients with a security profile.
func (c Client) PKCERule() PKCE {
	switch {
	case c.alwaysPKCE():
		return PKCEAlways
	case c.PKCE != "":
		return c.PKCE
	case c.PKCEOptional:
		return PKCEOptional
	}
	return PKCEAlways
}

func (c Client) alwaysPKCE() bool {
	return c.Public() || c.Server != nil || c.Document != nil || c.Secure()
}

// UsualPKCE sets the usual rule for a client that an administrator adds: its
// secret and its nonce tie a code to it and to the browser (RFC 9700 §2.1.1).
func (c *Client) UsualPKCE() {
	if c.PKCE == "" && !c.PKCEOptional {
		c.PKCE = PKCEUnlessNonce
	}
}

// tidyPKCE stores a rule in one form. A client that must use PKCE has no
// lenient rule; if it had one, it becomes PKCEAlways, so that a self-registered
// client cannot get rid of it by being public for a moment.
func (c *Client) tidyPKCE() {
	switch none := c.Public() || c.Type == Service || c.Secure(); {
	case none && (c.PKCE == "" || c.PKCE == PKCEOptional):
		c.PKCE, c.PKCEOptional = "", false
	case none:
		c.PKCE, c.PKCEOptional = PKCEAlways, false
	case c.PKCE == PKCEOptional:
		c.PKCE, c.PKCEOptional = "", true
	case c.PKCE != "":
		c.PKCEOptional = false
	}
}

func checkPKCE(c Client, _ bool) forms.Problems {
	choices := []PKCE{PKCEAlways, PKCEUnlessNonce, PKCEOptional}
	switch {
	case c.PKCE != "" && !slices.Contains(choices, c.PKCE):
		return forms.New("pkce", "client.pkce.bad", "choices", choices)
	case c.Document != nil && (c.PKCEOptional || c.PKCE == PKCEUnlessNonce):
		return forms.New("pkce", "client.document.pkce")
	}
	return nil
}
