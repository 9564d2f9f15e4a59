package clients

import (
	"github.com/fedhub/fedhub/clients/algs"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
)

// means are the keys and secrets of the client.
func (c Client) means() algs.Means {
	return algs.Means{Method: c.AuthMethod, Secret: c.UsesSecret(), JWKS: c.JWKS, JWKSURI: c.JWKSURI}
}

func checkAlgs(c Client, _ bool) forms.Problems { return c.Algs.Check(c.IDTokenAlg, c.means()) }

func checkAssertion(c Client, _ bool) forms.Problems { return c.Algs.CheckAssertion(c.means()) }

// checkTLSName checks the certificate name by RFC 8705 §2.1.2.
func checkTLSName(c Client, _ bool) forms.Problems {
	if c.AuthMethod != clientauth.MethodTLS {
		return nil
	}
	return c.TLS.Check()
}
