package passkeys

import (
	"context"
	"errors"
	"io/fs"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/secrets"
)

// handleSize is the length of a user handle in bytes (§5.4.3: at most 64).
const handleSize = 32

// algorithms are the kinds of keys that are accepted, the preferred first.
func algorithms() []protocol.CredentialParameter {
	var out []protocol.CredentialParameter
	for _, alg := range []webauthncose.COSEAlgorithmIdentifier{webauthncose.AlgES256, webauthncose.AlgEdDSA, webauthncose.AlgRS256} {
		out = append(out, protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: alg})
	}
	return out
}

// BeginRegistration begins to add a passkey to a user, in one browser. Devices
// that hold one of the user's passkeys refuse to make another.
func (k *Service) BeginRegistration(ctx context.Context, u users.User, browser string) (Ceremony, error) {
	if k.rp == nil {
		return Ceremony{}, ErrOff
	}
	all, err := k.Of(ctx, u.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if len(all) >= Most {
		return Ceremony{}, ErrMost
	}
	who := owner{handle: secrets.Text(handleSize), name: shown(u), display: display(u)}
	var known []protocol.CredentialDescriptor
	for _, p := range all {
		who.handle = p.Handle
		if k.Here(p) {
			held := p.library()
			known = append(known, held.Descriptor())
		}
	}
	options, session, err := k.rp.BeginRegistration(who, webauthn.WithExclusions(known), webauthn.WithCredentialParameters(algorithms()),
		func(o *protocol.PublicKeyCredentialCreationOptions) error {
			o.RelyingParty.Name = k.hubName(ctx)
			return nil
		})
	if err != nil {
		return Ceremony{}, err
	}
	return k.begin(toRegister(u.ID), options.Response, state{Browser: browser, Challenge: session.Challenge, Handle: who.handle})
}

// shown tells the user's accounts apart in the browser's list.
func shown(u users.User) string {
	switch {
	case u.Email != "":
		return u.Email
	case u.Username != "":
		return u.Username
	}
	return display(u)
}

func display(u users.User) string {
	switch {
	case u.Name != "":
		return u.Name
	case u.Email != "":
		return u.Email
	}
	return u.Username
}

// FinishRegistration checks an answer (§7.1) and adds the passkey to the user.
// A bad name is forms.Problems.
func (k *Service) FinishRegistration(ctx context.Context, u users.User, browser, sealed, answer, name string) (Passkey, error) {
	s, err := k.open(toRegister(u.ID), browser, sealed)
	if err != nil {
		return Passkey{}, err
	}
	if name, err = cleanName(name); err != nil {
		return Passkey{}, err
	}
	parsed, err := parse(answer, protocol.ParseCredentialCreationResponseBytes)
	if err != nil {
		return Passkey{}, err
	}
	if err := k.spend(ctx, s); err != nil {
		return Passkey{}, err
	}
	if err := k.room(ctx, u.ID, Most-1); err != nil {
		return Passkey{}, err
	}
	session := webauthn.SessionData{Challenge: s.Challenge, RelyingPartyID: k.rpID(), UserID: decode(s.Handle), UserVerification: protocol.VerificationRequired, CredParams: algorithms()}
	made, err := k.rp.CreateCredential(owner{handle: s.Handle}, session, parsed)
	if err == nil {
		err = k.exact(parsed.Response.CollectedClientData)
	}
	if err != nil && !parsed.Response.AttestationObject.AuthData.Flags.HasUserVerified() {
		return Passkey{}, ErrUnverified
	}
	if err != nil {
		return Passkey{}, &RefusedError{err}
	}
	p := Passkey{ID: idOf(made.ID), UserID: u.ID, Handle: s.Handle, RPID: k.rpID(), Name: name, Credential: credentialOf(made), Created: k.now()}
	return p, k.add(ctx, u, p)
}

// room is ErrMost if a user has more passkeys than most.
func (k *Service) room(ctx context.Context, userID string, most int) error {
	n, err := k.passkeys.CountWhere(ctx, "userId", userID, most+1)
	if err == nil && n > most {
		err = ErrMost
	}
	return err
}

// add stores a passkey. Others may be added at the same time, and everything of
// the user may be ended, so both are checked afterwards.
func (k *Service) add(ctx context.Context, u users.User, p Passkey) error {
	err := k.passkeys.Insert(ctx, p)
	if errors.Is(err, fs.ErrExist) {
		return ErrTaken // §7.1 step 26
	}
	if err != nil {
		return err
	}
	now, err := k.users.Get(ctx, u.ID)
	if err == nil && (now.Disabled || now.SessionGeneration != u.SessionGeneration) {
		err = ErrStale
	}
	if err == nil {
		err = k.room(ctx, u.ID, Most)
	}
	if err != nil {
		return errors.Join(err, k.passkeys.Delete(lasting.Of(ctx), p.ID))
	}
	return nil
}
