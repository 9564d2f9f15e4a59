package sessions

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
)

// A Start says who signed in and how.
type Start struct {
	User        users.User
	AMR         []string
	ACR         string
	AuthTime    time.Time // when they authenticated; zero: unknown
	LoginKey    string
	UpstreamSID string
	UpstreamSub string
	Upstream    string  // the id_token, not encrypted
	After       Session // the session that this one continues, from the same provider; zero if it is new
	Stay        Stay
	Trusted     bool // the user trusts the browser, and was not asked for a second factor
	IP          string
	Agent       string // User-Agent of the browser
	Browser     string // hash of the cookie that lasts until the browser closes
}

// ByPassword starts a session of a user who has just proved their password.
func ByPassword(u users.User, now time.Time) Start {
	return Start{User: u, AMR: []string{"pwd"}, ACR: ACROneFactor, AuthTime: now}
}

// byEmail is the amr of a code by email. RFC 8176 has no name for it: its "otp" is
// a code of an authenticator.
const byEmail = "email"

// ByEmail starts a session of a user who has just entered a code from an email,
// which is one factor.
func ByEmail(u users.User, now time.Time) Start {
	return Start{User: u, AMR: []string{byEmail}, ACR: ACROneFactor, AuthTime: now}
}

// ByEmail reports whether a code from an email was the first factor.
func (s Session) ByEmail() bool { return s.LoginKey == "" && slices.Contains(s.AMR, byEmail) }

// ByPasskey starts a session of a user who has just used a passkey. It is two
// factors: the device, and what the device verified its user by. The methods
// are those of RFC 8176 §2; a synced passkey, which can be copied, is no
// hardware key.
func ByPasskey(u users.User, now time.Time, synced bool) Start {
	key := "hwk"
	if synced {
		key = "swk"
	}
	return Start{User: u, AMR: []string{key, "user", "mfa"}, ACR: ACRTwoFactors, AuthTime: now}
}

// ProvedBy is ContinuedBy for a user who has just proved their password.
func (s Session) ProvedBy(u users.User, now time.Time) Start {
	return s.ContinuedBy(ByPassword(u, now))
}

// AsShown starts a session with the proof of this one. It does not continue it.
func (p Person) AsShown() Start {
	return Start{User: p.User, AMR: p.Session.AMR, ACR: p.Session.ACR, AuthTime: p.Session.AuthTime}
}

// ContinuedBy starts a session that continues another one of the same user, who
// has just proved who they are. Only this proof counts now: other factors were
// shown earlier and are asked for again where they matter. A sign-out at the
// provider that ends the earlier session ends this one too.
func (s Session) ContinuedBy(proof Start) Start {
	proof.After = s
	return proof
}

// Begin stores a new session under the hash of the cookie's value and replaces
// the browser's earlier one, if any. The public name stays if the user is the
// same. A session that continues another is ErrNobody if that one ended
// meanwhile.
func (k *Service) Begin(ctx context.Context, value string, in Start, old *Session) (Session, error) {
	if in.After.ID != "" && in.User.SessionGeneration > in.After.SessionGeneration+1 {
		return Session{}, ErrNobody // a concurrent request ended the session that this one continues
	}
	now := k.Now()
	s := Session{
		SID:     rand.Text(),
		UserID:  in.User.ID,
		SignIn:  grants.SignIn{SessionGeneration: in.User.SessionGeneration, AuthTime: in.AuthTime, ACR: in.ACR, AMR: in.AMR, LoginKey: in.LoginKey, Trusted: in.Trusted},
		Agent:   clip(in.Agent, 300),
		IP:      in.IP,
		Created: now,
		Ends:    now.Add(Absolute),
	}
	stays, err := k.stays(ctx, in, old)
	if err != nil {
		return Session{}, err
	}
	if !stays {
		s.Browser, s.Ends = in.Browser, now.Add(Brief)
	}
	switch {
	case s.AuthTime.After(now.Add(clocks)):
		s.AuthTime = time.Time{} // a clock cannot be so wrong, so the value means something else
	case s.AuthTime.After(now):
		s.AuthTime = now
	}
	if in.LoginKey != "" {
		s.UpstreamSID = upstream(in.LoginKey, in.UpstreamSID)
		s.UpstreamSub = upstream(in.LoginKey, in.UpstreamSub)
		s.Upstream = k.sealed(s, in.Upstream)
	}
	if in.After.LoginKey != "" && in.After.UserID == s.UserID {
		s.LoginKey, s.UpstreamSID, s.UpstreamSub, s.Upstream = in.After.LoginKey, in.After.UpstreamSID, in.After.UpstreamSub, in.After.Upstream
	}
	k.used(&s)
	s.ID = Hash(value)
	if err := k.Sessions.Insert(ctx, s); err != nil {
		return Session{}, err
	}
	if old == nil {
		return s, nil
	}
	s, err = k.replace(ctx, s, *old, in.After.ID == old.ID)
	if err != nil {
		return Session{}, errors.Join(err, k.end(lasting.Of(ctx), s.ID))
	}
	return s, nil
}

// replace deletes the session that a new one replaces, and passes on its public
// name. The new one is stored first, so that a concurrent sign-out finds at
// least one of the two. If it ended the old one, nothing may continue it.
func (k *Service) replace(ctx context.Context, s, old Session, goesOn bool) (Session, error) {
	err := k.Sessions.Delete(ctx, old.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist) && goesOn:
		return s, ErrNobody
	case errors.Is(err, fs.ErrNotExist):
		return s, nil // an independent sign-in; the end of the old one has been announced under its name
	case err != nil:
		return s, fmt.Errorf("end a session: %w", err)
	case old.UserID != s.UserID:
		return s, nil
	}
	err = k.Sessions.Update(ctx, s.ID, func(kept *Session) error {
		kept.SID, kept.Clients = old.SID, old.Clients
		s = *kept
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNobody
	}
	return s, err
}
