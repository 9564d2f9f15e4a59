package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// go-jose parses tokens, because input may be hostile. The hub's own tokens are
// written here: the header for a key and type never changes, and this needs
// half the allocations of go-jose's signer. The cryptographic operations are
// those of package crypto.

var encoding = base64.RawURLEncoding

// compact signs a payload as a JWS in compact form (RFC 7515 §7.1).
func (r *ready) compact(typ string, payload []byte) (string, error) {
	header, err := r.header(typ)
	if err != nil {
		return "", err
	}
	token := make([]byte, 0, len(header)+encoding.EncodedLen(len(payload))+encoding.EncodedLen(maxSignature)+2)
	token = append(token, header...)
	token = append(token, '.')
	token = encoding.AppendEncode(token, payload)
	signature, err := r.sign(token)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", r.KID, err)
	}
	token = append(token, '.')
	return string(encoding.AppendEncode(token, signature)), nil
}

// maxSignature is the size of the largest signature, RSA with 2048 bits, in
// bytes.
const maxSignature = 256

// header is the protected header of a type of token (RFC 7515 §4.1).
func (r *ready) header(typ string) (string, error) {
	if known, ok := r.headers.Load(typ); ok {
		return known.(string), nil
	}
	text, err := json.Marshal(struct {
		Alg string `json:"alg"`
		KID string `json:"kid"`
		Typ string `json:"typ"`
	}{r.Alg, r.KID, typ})
	if err != nil {
		return "", fmt.Errorf("encode a header: %w", err)
	}
	header := encoding.EncodeToString(text)
	r.headers.Store(typ, header)
	return header, nil
}

// sign makes the signature over the signing input.
func (r *ready) sign(input []byte) ([]byte, error) {
	switch private := r.private.(type) {
	case *ecdsa.PrivateKey: // RFC 7518 §3.4
		if r.Alg == ES384 {
			sum := sha512.Sum384(input)
			return signECDSA(private, sum[:])
		}
		sum := sha256.Sum256(input)
		return signECDSA(private, sum[:])
	case *rsa.PrivateKey:
		sum := sha256.Sum256(input)
		if r.Alg == PS256 { // RFC 7518 §3.5: the salt is as long as the hash
			return rsa.SignPSS(rand.Reader, private, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:]) // RFC 7518 §3.3
	case ed25519.PrivateKey:
		return ed25519.Sign(private, input), nil // RFC 8037 §3.1
	}
	return nil, fmt.Errorf("no signature can be made with %T", r.private)
}

// signECDSA writes both numbers at full length, one after the other.
func signECDSA(private *ecdsa.PrivateKey, sum []byte) ([]byte, error) {
	a, b, err := ecdsa.Sign(rand.Reader, private, sum)
	if err != nil {
		return nil, err
	}
	half := (private.Params().BitSize + 7) / 8
	signature := make([]byte, 2*half)
	a.FillBytes(signature[:half])
	b.FillBytes(signature[half:])
	return signature, nil
}
