package clients

import (
	"slices"

	"github.com/fedhub/fedhub/internal/forms"
)

// PKCE says when a client may ask for a code without a code_challenge. One that
// it sends is enforced whatever is said here (RFC 9700 §2.1.1).
type PKCE string

// The three states. What is stored of them is the word, or pkce_optional for the
// third; a client with neither is of Always.
const (
	PKCEAlways      PKCE = "always"   // never
	PKCEUnlessNonce PKCE = "nonce"    // in OpenID requests with a nonce
	PKCEOptional    PKCE = "optional" // at any time
)

// PKCERule is the state that holds. Whoever keeps no secret, or was let in by
// nobody here, always needs PKCE: nothing else ties the code to them. So do hubs
// and clients of high security.
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

// UsualPKCE gives a client that an administrator adds the usual state, where
// nothing else was said: its secret and the nonce of its own tie a code to
// it and to the browser (RFC 9700 §2.1.1).
func (c *Client) UsualPKCE() {
	if c.PKCE == "" && !c.PKCEOptional {
		c.PKCE = PKCEUnlessNonce
	}
}

// tidyPKCE keeps a state in one way. A client that has no choice has none that is
// lenient; a word that was chosen for it then is Always, so that a client that
// registered itself is not rid of it by being public for a moment.
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
