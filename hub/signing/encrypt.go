package signing

import (
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Encrypt returns the payload as a compact JWE to a public key. Its header has
// the key's kid, if there is one, and cty as the content type: "JWT" for a
// signed token (RFC 7519 §5.2).
func Encrypt(to jose.JSONWebKey, alg, enc, cty string, payload []byte) (string, error) {
	options := &jose.EncrypterOptions{}
	if cty != "" {
		options = options.WithContentType(jose.ContentType(cty))
	}
	recipient := jose.Recipient{Algorithm: jose.KeyAlgorithm(alg), Key: to.Key, KeyID: to.KeyID}
	encrypter, err := jose.NewEncrypter(jose.ContentEncryption(enc), recipient, options)
	if err != nil {
		return "", fmt.Errorf("encrypt with %s and %s: %w", alg, enc, err)
	}
	sealed, err := encrypter.Encrypt(payload)
	if err != nil {
		return "", fmt.Errorf("encrypt with %s and %s: %w", alg, enc, err)
	}
	return sealed.CompactSerialize()
}
