package passkeys

import (
	"encoding/base64"
	"math"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/fedhub/fedhub/internal/secrets"
)

// A Passkey is one WebAuthn credential of a user.
type Passkey struct {
	// ID is the hash of the credential's id, so that one credential can never
	// belong to two users.
	ID     string `bson:"id"`
	UserID string `bson:"userId"`

	// Handle is the WebAuthn user handle (§5.4.3). It is random and says nothing
	// about the user; all passkeys of a user have the same.
	Handle string `bson:"handle"`
	// RPID is the host that the passkey works at. No browser offers it at
	// another host.
	RPID string `bson:"rpId"`

	Name       string     `bson:"name"`
	Credential Credential `bson:"credential"`
	Created    time.Time  `bson:"created"`
	Used       time.Time  `bson:"used,omitempty"`
}

// A Credential is what is needed to check the signatures of a passkey (the
// credential record of §4). Bytes are base64url.
type Credential struct {
	ID         string   `bson:"id"`
	PublicKey  string   `bson:"publicKey"` // a COSE key (RFC 9052 §7)
	SignCount  int64    `bson:"signCount,omitempty"`
	Transports []string `bson:"transports,omitempty"`
	AAGUID     string   `bson:"aaguid,omitempty"` // the model of the authenticator
	// Synced says that the passkey can be copied to other devices (backup
	// eligible, §6.1.3). It never changes. BackedUp says that it was.
	Synced   bool `bson:"synced,omitempty"`
	BackedUp bool `bson:"backedUp,omitempty"`
}

// Key is the passkey's id.
func (p Passkey) Key() string { return p.ID }

// idOf is the id of the record of a credential.
func idOf(credential []byte) string { return secrets.Hash(string(credential)) }

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// decode returns nothing for a text that encode did not make.
func decode(text string) []byte {
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	return raw
}

// credentialOf is the stored form of a credential that was checked.
func credentialOf(c *webauthn.Credential) Credential {
	out := Credential{
		ID: encode(c.ID), PublicKey: encode(c.PublicKey), SignCount: int64(c.Authenticator.SignCount), AAGUID: encode(c.Authenticator.AAGUID),
		Synced: c.Flags.BackupEligible, BackedUp: c.Flags.BackupState,
	}
	for _, t := range c.Transport {
		if len(out.Transports) < mostTransports && len(t) <= longestTransport {
			out.Transports = append(out.Transports, string(t))
		}
	}
	return out
}

// Browsers name a few transports; the values are hints that they are given back
// (§5.8.4).
const (
	mostTransports   = 8
	longestTransport = 32 // bytes
)

// library is the credential as the library checks it.
func (p Passkey) library() webauthn.Credential {
	c := webauthn.Credential{
		ID: decode(p.Credential.ID), PublicKey: decode(p.Credential.PublicKey), AttestationFormat: string(protocol.AttestationFormatNone),
		Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: p.Credential.Synced, BackupState: p.Credential.BackedUp},
		Authenticator: webauthn.Authenticator{AAGUID: decode(p.Credential.AAGUID), SignCount: uint32(min(max(p.Credential.SignCount, 0), math.MaxUint32))},
	}
	for _, t := range p.Credential.Transports {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	return c
}

// An owner is a user as the library sees one.
type owner struct {
	handle        string
	name, display string
	passkeys      []Passkey
}

// WebAuthnID is the user handle.
func (o owner) WebAuthnID() []byte { return decode(o.handle) }

// WebAuthnName tells accounts apart in the browser's list.
func (o owner) WebAuthnName() string { return o.name }

// WebAuthnDisplayName is the user's name in the browser's list.
func (o owner) WebAuthnDisplayName() string { return o.display }

// WebAuthnCredentials are the passkeys that count.
func (o owner) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(o.passkeys))
	for i, p := range o.passkeys {
		out[i] = p.library()
	}
	return out
}
