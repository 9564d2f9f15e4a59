package clients

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// checkAlgs holds what the hub is to sign and encrypt for the client against
// what it can.
func checkAlgs(c Client, _ bool) forms.Problems {
	var problems forms.Problems
	for _, made := range []struct {
		field, what, alg string
		enc              Encryption
	}{
		{"id_token_alg", "client.made.id_token", c.IDTokenAlg, c.Algs.IDTokenEnc},
		{"userinfo_alg", "client.made.userinfo", c.Algs.Userinfo, c.Algs.UserinfoEnc},
		{"authorization_alg", "client.made.authorization", c.Algs.Authorization, c.Algs.AuthorizationEnc},
		{"introspection_alg", "client.made.introspection", c.Algs.Introspection, c.Algs.IntrospectionEnc},
	} {
		problems = append(problems, checkSigned(c, made.field, made.what, made.alg)...)
		problems = append(problems, checkEncrypted(c, strings.TrimSuffix(made.field, "_alg")+"_enc", made.what, made.enc)...)
	}
	return problems
}

func checkSigned(c Client, field, what, alg string) forms.Problems {
	switch {
	case alg != "" && !slices.Contains(clientauth.SigningAlgs(), alg):
		return forms.New(field, "client.alg.bad", "choices", clientauth.SigningAlgs(), "what", texts.New(what))
	case alg == clientauth.HS256 && !c.UsesSecret():
		return forms.New(field, "client.alg.secretless", "alg", clientauth.HS256, "what", texts.New(what))
	}
	return nil
}

func checkEncrypted(c Client, field, what string, e Encryption) forms.Problems {
	switch {
	case e.Alg == "" && e.Enc == "":
		return nil
	case e.Alg == "":
		// OIDC Registration §2: the enc may not stand without the alg.
		return forms.New(field, "client.encryption.missing", "what", texts.New(what), "choices", clientauth.EncryptionAlgs())
	case !slices.Contains(clientauth.EncryptionAlgs(), e.Alg):
		return forms.New(field, "client.encryption.bad", "what", texts.New(what), "choices", clientauth.EncryptionAlgs())
	case e.Enc != "" && !slices.Contains(clientauth.EncryptionEncs(), e.Enc):
		return forms.New(field, "client.encryption.content", "what", texts.New(what), "choices", clientauth.EncryptionEncs())
	case c.JWKSURI == "" && c.JWKS == "":
		return forms.New(field, "client.encryption.keyless", "what", texts.New(what))
	case c.JWKS != "":
		set, err := clientauth.ParseKeys([]byte(c.JWKS))
		if err == nil && len(set.Encrypting(e.Alg)) == 0 {
			return forms.New(field, "client.encryption.unfit", "alg", e.Alg, "what", texts.New(what))
		}
	}
	return nil
}

// checkAssertion holds the registered algorithm against the method.
func checkAssertion(c Client, _ bool) forms.Problems {
	alg := c.Algs.Assertion
	if alg == "" {
		return nil
	}
	if c.AuthMethod != clientauth.MethodKey && c.AuthMethod != clientauth.MethodSecretJWT {
		return forms.New("assertion_alg", "client.assertion_alg.needless", "method", c.AuthMethod)
	}
	if allowed := clientauth.AssertionAlgs(c.AuthMethod); !slices.Contains(allowed, alg) {
		return forms.New("assertion_alg", "client.assertion_alg.bad", "method", c.AuthMethod, "choices", allowed)
	}
	return nil
}

// checkTLSName holds whom a certificate must name against RFC 8705 §2.1.2.
func checkTLSName(c Client, _ bool) forms.Problems {
	if c.AuthMethod != clientauth.MethodTLS {
		return nil
	}
	return c.TLS.Check()
}
