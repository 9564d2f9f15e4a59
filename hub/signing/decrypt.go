package signing

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// The key management algorithms for encryption to the hub (RFC 7518 §4).
const (
	RSAOAEP = string(jose.RSA_OAEP_256)
	ECDHES  = string(jose.ECDH_ES)
)

// DecryptionAlgs lists them; the JWKS has a key for each.
func DecryptionAlgs() []string { return []string{RSAOAEP, ECDHES} }

// DecryptionEncs are the content encryption algorithms (RFC 7518 §5).
func DecryptionEncs() []string {
	return []string{string(jose.A128CBC_HS256), string(jose.A256CBC_HS512), string(jose.A128GCM), string(jose.A256GCM)}
}

// ErrDecrypt is returned for everything that was not encrypted to the hub.
var ErrDecrypt = errors.New("not encrypted to a key of this hub")

// maxSealed bounds what is decrypted, in bytes.
const maxSealed = 64 << 10

// Decrypt opens a compact JWE to the hub and returns its content, which is
// unverified: a signed token must still be checked. Without a kid the
// algorithm's current key is used.
func (k *Service) Decrypt(ctx context.Context, raw string) ([]byte, error) {
	if len(raw) > maxSealed {
		return nil, fmt.Errorf("%w: it is too long", ErrDecrypt)
	}
	sealed, err := jose.ParseEncryptedCompact(raw, named[jose.KeyAlgorithm](DecryptionAlgs()), named[jose.ContentEncryption](DecryptionEncs()))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecrypt, err)
	}
	key, err := k.key(ctx, sealed.Header.Algorithm)
	if err != nil {
		return nil, err
	}
	if kid := sealed.Header.KeyID; kid != "" && kid != key.KID {
		if key, err = k.byKID(ctx, kid); err != nil {
			return nil, err
		}
	}
	if key == nil || key.private == nil || key.Alg != sealed.Header.Algorithm {
		return nil, fmt.Errorf("%w: unknown kid", ErrDecrypt)
	}
	plain, err := sealed.Decrypt(key.private)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDecrypt, err)
	}
	return plain, nil
}

// named converts names to a library's type.
func named[T ~string](names []string) []T {
	out := make([]T, 0, len(names))
	for _, name := range names {
		out = append(out, T(name))
	}
	return out
}
