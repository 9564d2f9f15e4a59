package algs

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/texts"
)

// Check compares the chosen algorithms with what the hub and the client can do.
// The algorithm of ID tokens is an argument, because it is stored elsewhere.
func (a Chosen) Check(idToken string, has Means) forms.Problems {
	var problems forms.Problems
	for _, made := range []struct {
		field, what, alg string
		enc              Encryption
	}{
		{"id_token_alg", "client.made.id_token", idToken, a.IDTokenEnc},
		{"userinfo_alg", "client.made.userinfo", a.Userinfo, a.UserinfoEnc},
		{"authorization_alg", "client.made.authorization", a.Authorization, a.AuthorizationEnc},
		{"introspection_alg", "client.made.introspection", a.Introspection, a.IntrospectionEnc},
	} {
		problems = append(problems, checkSigned(has, made.field, made.what, made.alg)...)
		problems = append(problems, checkEncrypted(has, strings.TrimSuffix(made.field, "_alg")+"_enc", made.what, made.enc)...)
	}
	return problems
}

func checkSigned(has Means, field, what, alg string) forms.Problems {
	switch {
	case alg != "" && !slices.Contains(clientauth.SigningAlgs(), alg):
		return forms.New(field, "client.alg.bad", "choices", clientauth.SigningAlgs(), "what", texts.New(what))
	case alg == clientauth.HS256 && !has.Secret:
		return forms.New(field, "client.alg.secretless", "alg", clientauth.HS256, "what", texts.New(what))
	}
	return nil
}

func checkEncrypted(has Means, field, what string, e Encryption) forms.Problems {
	switch {
	case e.Alg == "" && e.Enc == "":
		return nil
	case e.Alg == "":
		// OIDC Registration §2: enc needs alg.
		return forms.New(field, "client.encryption.missing", "what", texts.New(what), "choices", clientauth.EncryptionAlgs())
	case !slices.Contains(clientauth.EncryptionAlgs(), e.Alg):
		return forms.New(field, "client.encryption.bad", "what", texts.New(what), "choices", clientauth.EncryptionAlgs())
	case e.Enc != "" && !slices.Contains(clientauth.EncryptionEncs(), e.Enc):
		return forms.New(field, "client.encryption.content", "what", texts.New(what), "choices", clientauth.EncryptionEncs())
	case has.JWKSURI == "" && has.JWKS == "":
		return forms.New(field, "client.encryption.keyless", "what", texts.New(what))
	case has.JWKS != "":
		set, err := clientauth.ParseKeys([]byte(has.JWKS))
		if err == nil && len(set.Encrypting(e.Alg)) == 0 {
			return forms.New(field, "client.encryption.unfit", "alg", e.Alg, "what", texts.New(what))
		}
	}
	return nil
}

// CheckAssertion checks the registered assertion algorithm against the method.
func (a Chosen) CheckAssertion(has Means) forms.Problems {
	if a.Assertion == "" {
		return nil
	}
	if has.Method != clientauth.MethodKey && has.Method != clientauth.MethodSecretJWT {
		return forms.New("assertion_alg", "client.assertion_alg.needless", "method", has.Method)
	}
	if allowed := clientauth.AssertionAlgs(has.Method); !slices.Contains(allowed, a.Assertion) {
		return forms.New("assertion_alg", "client.assertion_alg.bad", "method", has.Method, "choices", allowed)
	}
	return nil
}
