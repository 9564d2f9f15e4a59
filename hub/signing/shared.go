package signing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fedhub/fedhub/internal/jsonx"
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

// Alg reads the algorithm from the header of a compact JWS; nothing about it
// is verified. What none of the hub's algorithms and HS256 made is ErrVerify.
func Alg(raw string) (string, error) {
	signed, err := parse(raw, append(algorithms(), jose.HS256))
	if err != nil {
		return "", err
	}
	return signed.Signatures[0].Protected.Algorithm, nil
}

// Peek decodes the claims of a compact JWS without verifying them: they are
// good for nothing but finding the key that verifies.
func Peek(raw string, out any) error {
	signed, err := parse(raw, append(algorithms(), jose.HS256))
	if err != nil {
		return err
	}
	if err := jsonx.Unmarshal(signed.UnsafePayloadWithoutVerification(), out); err != nil {
		return fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return nil
}

// VerifyMAC checks a JWS that MAC made with one of the keys.
func VerifyMAC(raw string, keys [][]byte, typ string, out any) error {
	signed, err := parse(raw, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return err
	}
	if err := checkType(signed, typ); err != nil {
		return err
	}
	for _, key := range keys {
		text, err := signed.Verify(filled(key))
		if err != nil {
			continue
		}
		if err := jsonx.Unmarshal(text, out); err != nil {
			return fmt.Errorf("%w: %w", ErrVerify, err)
		}
		return nil
	}
	return fmt.Errorf("%w: %w", ErrVerify, errors.New("no key made its MAC"))
}

// parse reads a compact JWS of one of the algorithms. The list is the whole
// defence against alg confusion: nothing else parses (RFC 8725 §3.1).
func parse(raw string, algs []jose.SignatureAlgorithm) (*jose.JSONWebSignature, error) {
	if len(raw) > maxToken {
		return nil, ErrVerify
	}
	signed, err := jose.ParseSignedCompact(raw, algs)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return signed, nil
}

func checkType(signed *jose.JSONWebSignature, typ string) error {
	if got, _ := signed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string); got != typ {
		return fmt.Errorf("%w: typ is %q, not %q", ErrVerify, got, typ)
	}
	return nil
}
