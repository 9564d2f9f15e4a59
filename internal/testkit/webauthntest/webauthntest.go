// Package webauthntest is a software authenticator and browser for tests of
// passkeys. It returns what navigator.credentials would, and can get each detail
// wrong.
package webauthntest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags of authenticator data (WebAuthn §6.1).
const (
	present  = 0x01
	verified = 0x04
	eligible = 0x08
	backedUp = 0x10
	attested = 0x40
)

// A Key is one authenticator with at most one passkey. Origin must be set; the
// other fields change its answers.
type Key struct {
	Origin string // of the page that asks

	RPID    string // instead of the one that is asked for
	Handle  string // instead of the one that it was given, base64url
	ID      []byte // instead of its own
	Type    string // of the ceremony, instead of the right one
	Again   string // a challenge to answer instead of the one that is asked
	Across  bool   // in a frame of another site
	Unseen  bool   // it did not verify its user
	Synced  bool   // it can be copied
	Counts  bool   // it has a signature counter
	Counter uint32 // the last one

	credential []byte
	handle     string
	private    *ecdsa.PrivateKey
}

// Credential is the id of the passkey.
func (k *Key) Credential() []byte { return k.credential }

// Copy is the same passkey on another device.
func (k *Key) Copy() *Key { c := *k; return &c }

type options struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Exclude []struct {
		ID string `json:"id"`
	} `json:"excludeCredentials"`
}

// Register answers the options of a registration with a new passkey and
// attestation "none".
func (k *Key) Register(text string) (string, error) {
	var o options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return "", err
	}
	for _, e := range o.Exclude {
		if k.credential != nil && e.ID == encode(k.credential) {
			return "", fmt.Errorf("InvalidStateError")
		}
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	k.private, k.handle, k.credential = private, o.User.ID, make([]byte, 32)
	rand.Read(k.credential) //nolint:errcheck // it never fails
	if k.ID != nil {
		k.credential = k.ID
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		return "", err
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}) // RFC 9053 §7.1.1
	if err != nil {
		return "", err
	}
	data := slices.Concat(k.data(o.RP.ID, attested), make([]byte, 16), binary.BigEndian.AppendUint16(nil, uint16(len(k.credential))), k.credential, cose)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		return "", err
	}
	return k.answer(k.credential, map[string]any{
		"clientDataJSON": encode(k.client("webauthn.create", o.Challenge)), "attestationObject": encode(object), "transports": []string{"internal"},
	})
}

// Assert answers the options of a sign-in.
func (k *Key) Assert(text string) (string, error) {
	var o options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return "", err
	}
	data, client := k.data(o.RPID, 0), k.client("webauthn.get", o.Challenge)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(slices.Concat(data, hash[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, digest[:])
	if err != nil {
		return "", err
	}
	id, handle := k.credential, k.handle
	if k.ID != nil {
		id = k.ID
	}
	if k.Handle != "" {
		handle = k.Handle
	}
	return k.answer(id, map[string]any{
		"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": handle,
	})
}

func (k *Key) answer(id []byte, response map[string]any) (string, error) {
	out, err := json.Marshal(map[string]any{
		"id": encode(id), "rawId": encode(id), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{}, "response": response,
	})
	return string(out), err
}

func (k *Key) data(rpID string, flags byte) []byte {
	if k.RPID != "" {
		rpID = k.RPID
	}
	if flags |= present; !k.Unseen {
		flags |= verified
	}
	if k.Synced {
		flags |= eligible | backedUp
	}
	if k.Counts {
		k.Counter++
	}
	hash := sha256.Sum256([]byte(rpID))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), k.Counter)
}

func (k *Key) client(kind, challenge string) []byte {
	if k.Type != "" {
		kind = k.Type
	}
	if k.Again != "" {
		challenge = k.Again
	}
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.Origin, "crossOrigin": k.Across})
	if err != nil {
		panic(err) // of strings
	}
	return text
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
