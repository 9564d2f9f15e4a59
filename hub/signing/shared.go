package signing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

// HS256 is a MAC with a key that the hub shares with one client. It is no
// algorithm of the hub's own keys: Verify never takes it.
const HS256 = string(jose.HS256)

// MAC returns claims as a compact JWS with the key (RFC 7518 §3.2).
func MAC(key []byte, typ string, claims any) (string, error) {
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(typ))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: filled(key)}, options)
	if err != nil {
		return "", fmt.Errorf("make a MAC: %w", err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("make a MAC: %w", err)
	}
	return signed.CompactSerialize()
}

// block is the block size of SHA-256, in octets.
const block = 64

// filled is the same key for the MAC, of a length that go-jose takes: HMAC
// itself appends zeros to a key that is shorter than a block (RFC 2104 §2).
// Shorter ones than RFC 7518 §3.2 wants come from other systems only, with
// clients that have no other until somebody replaces it.
func filled(key []byte) []byte {
	if len(key) == 0 || len(key) >= block {
		return key
	}
	return append(slices.Clone(key), make([]byte, block-len(key))...)
}

// Policy is what a token of the hub's own must be, by its typ. Whom it is for
// says the caller, who knows what the token means.
func Policy(typ string) jwt.Policy {
	return jwt.Policy{
		Use: "token of this hub, " + typ, Algorithms: append(algorithms(), jose.HS256), Types: []string{typ},
		Audience: jwt.ByCaller, MaxSize: maxToken,
	}
}

// Peek returns the algorithm of a compact JWS and decodes its claims, without
// verifying them: they are good for nothing but finding the key that verifies.
func Peek(raw, typ string, out any) (alg string, err error) {
	token, err := parse(raw, typ, append(algorithms(), jose.HS256))
	if err != nil {
		return "", err
	}
	if err := jsonx.Unmarshal(token.Payload(), out); err != nil {
		return "", fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return token.Algorithm, nil
}

// VerifyMAC checks a JWS that MAC made with one of the keys.
func VerifyMAC(raw string, keys [][]byte, typ string, out any) error {
	token, err := parse(raw, typ, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return err
	}
	for _, key := range keys {
		text, err := token.Verify(filled(key))
		if err != nil {
			continue
		}
		if err := jsonx.Unmarshal(text, out); err != nil {
			return fmt.Errorf("%w: %w", ErrVerify, err)
		}
		return nil
	}
	return fmt.Errorf("%w: %w", ErrVerify, errors.New("no key verifies its MAC"))
}

// parse reads a token of one typ and of one of the algorithms.
func parse(raw, typ string, algs []jose.SignatureAlgorithm) (*jwt.Token, error) {
	token, err := Policy(typ).Only(algs...).Parse(raw)
	if err == nil && token.Type != typ { // letter by letter, as the hub writes it
		err = jwt.Flaw("jwt.typ", "types", typ)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return token, nil
}
