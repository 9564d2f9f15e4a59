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

// HS256 is a MAC with a key shared with one client. Verify never accepts it,
// because it is not an algorithm of the hub's own keys.
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

// filled pads a key to a length that go-jose accepts, which does not change the
// MAC: HMAC itself appends zeros to a key shorter than a block (RFC 2104 §2).
// Keys shorter than RFC 7518 §3.2 requires only come from other systems, for
// clients whose secret was not replaced yet.
func filled(key []byte) []byte {
	if len(key) == 0 || len(key) >= block {
		return key
	}
	return append(slices.Clone(key), make([]byte, block-len(key))...)
}

// Policy is the rule for a token of the hub's own, by its typ. The caller
// checks the audience.
func Policy(typ string) jwt.Policy {
	return jwt.Policy{
		Use: "token of this hub, " + typ, Algorithms: append(algorithms(), jose.HS256), Types: []string{typ},
		Audience: jwt.ByCaller, MaxSize: maxToken,
	}
}

// Peek returns the algorithm of a compact JWS and decodes its claims without
// verification. Use them only to find the key for verification.
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
	if err == nil && token.Type != typ { // compared exactly, as the hub writes it
		err = jwt.Flaw("jwt.typ", "types", typ)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return token, nil
}
