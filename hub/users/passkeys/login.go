package passkeys

import (
	"context"
	"errors"
	"io/fs"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// BeginLogin begins a sign-in by any passkey, in one browser.
func (k *Service) BeginLogin(browser string) (Ceremony, error) {
	if k.rp == nil {
		return Ceremony{}, ErrOff
	}
	options, session, err := k.rp.BeginDiscoverableLogin()
	if err != nil {
		return Ceremony{}, err
	}
	return k.begin(toSignIn, options.Response, state{Browser: browser, Challenge: session.Challenge})
}

// FinishLogin returns the passkey that answered. The caller checks its user,
// who may be disabled. With an error, UserID is set if it is known whose
// passkey was refused.
func (k *Service) FinishLogin(ctx context.Context, browser, sealed, answer string) (Passkey, error) {
	return k.finish(ctx, toSignIn, browser, sealed, answer, func(p Passkey, handle string) bool { return p.Handle == handle })
}

// BeginConfirm begins a proof that a known user is here, by one of their
// passkeys. A user without any is ErrUnknown.
func (k *Service) BeginConfirm(ctx context.Context, userID, browser string) (Ceremony, error) {
	if k.rp == nil {
		return Ceremony{}, ErrOff
	}
	mine, err := k.Usable(ctx, userID)
	if err != nil {
		return Ceremony{}, err
	}
	if len(mine) == 0 {
		return Ceremony{}, ErrUnknown
	}
	options, session, err := k.rp.BeginLogin(owner{handle: mine[0].Handle, passkeys: mine})
	if err != nil {
		return Ceremony{}, err
	}
	return k.begin(toConfirm(userID), options.Response, state{Browser: browser, Challenge: session.Challenge})
}

// FinishConfirm returns the user's passkey that answered. Another user's is
// ErrUnknown.
func (k *Service) FinishConfirm(ctx context.Context, userID, browser, sealed, answer string) (Passkey, error) {
	return k.finish(ctx, toConfirm(userID), browser, sealed, answer, func(p Passkey, handle string) bool {
		// With a list of credentials a device may leave the handle out (§7.2
		// step 6).
		return p.UserID == userID && (handle == "" || p.Handle == handle)
	})
}

// finish checks an answer (§7.2). fits decides whether the passkey may answer,
// given the user handle.
func (k *Service) finish(ctx context.Context, why purpose, browser, sealed, answer string, fits func(p Passkey, handle string) bool) (Passkey, error) {
	s, err := k.open(why, browser, sealed)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := parse(answer, protocol.ParseCredentialRequestResponseBytes)
	if err != nil {
		return Passkey{}, err
	}
	if err := k.spend(ctx, s); err != nil {
		return Passkey{}, err
	}
	p, err := k.passkeys.Get(ctx, idOf(parsed.RawID))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !(k.Here(p) && fits(p, encode(parsed.Response.UserHandle))) {
		return Passkey{}, ErrUnknown
	}
	if err != nil {
		return Passkey{}, err
	}
	checked, err := k.check(p, s, parsed)
	if err == nil {
		p, err = k.used(ctx, p, checked)
	}
	if err != nil {
		return Passkey{UserID: p.UserID}, err
	}
	return p, nil
}

// check verifies challenge, type, origin, host, flags and signature.
func (k *Service) check(p Passkey, s state, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	session := webauthn.SessionData{Challenge: s.Challenge, RelyingPartyID: k.rpID(), UserID: decode(p.Handle), UserVerification: protocol.VerificationRequired}
	checked, err := k.rp.ValidateLogin(owner{handle: p.Handle, passkeys: []Passkey{p}}, session, parsed)
	if err == nil {
		err = k.exact(parsed.Response.CollectedClientData)
	}
	if err != nil && !parsed.Response.AuthenticatorData.Flags.HasUserVerified() {
		return nil, ErrUnverified
	}
	if err != nil {
		return nil, &RefusedError{err}
	}
	return checked, nil
}

// exact compares the origin as it is written; the library ignores its case and
// what follows the host.
func (k *Service) exact(c protocol.CollectedClientData) error {
	if c.Origin != k.origin {
		return protocol.ErrVerification.WithDetails("the origin is not exactly that of the hub")
	}
	return nil
}

// used notes the use. The counter is compared with the one that is stored at
// that moment, so that of two answers with one counter only one counts.
func (k *Service) used(ctx context.Context, p Passkey, checked *webauthn.Credential) (Passkey, error) {
	count := int64(checked.Authenticator.SignCount)
	if checked.Authenticator.CloneWarning {
		return p, ErrCloned
	}
	err := k.passkeys.Update(ctx, p.ID, func(now *Passkey) error {
		// A device without a counter always says zero (§7.2 step 22).
		if was := now.Credential.SignCount; (count != 0 || was != 0) && count <= was {
			return ErrCloned
		}
		now.Credential.SignCount, now.Credential.BackedUp, now.Used = count, checked.Flags.BackupState, k.now()
		p = *now
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return Passkey{}, ErrUnknown // removed meanwhile
	}
	return p, err
}
