// Package cookies is the browser's part of a session: the cookies, how they are
// set, and what they contain. The sessions that they name are stored in
// hub/sessions.
package cookies

import (
	"net/http"

	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/reader"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Service reads and writes sessions through the browser's cookies.
type Service struct {
	*sessions.Service

	// Name is the stem of the cookies' names. Browsers share cookies between
	// the ports of one host, so each hub needs a stem of its own.
	Name string
	// Secure is false only where the hub itself is served over plain http.
	Secure bool
}

// CookieName returns the stem for the hub at this URL. On https it has the __Host-
// prefix, so that browsers refuse a cookie that another subdomain sets.
func CookieName(issuer string, secure bool) string {
	name := names.CookieStem + secrets.HexHash(issuer)[:8]
	if secure {
		return names.SecureCookie + name
	}
	return name
}

// the keys of gorilla's Values
const (
	valueSession = "session"
	valuePerson  = "person"
)

// Current returns the signed-in user, or ErrNobody. It returns ErrNobody also for
// a user who was disabled or signed out everywhere.
func (k *Service) Current(r *http.Request) (sessions.Person, error) {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return sessions.Person{}, err
	}
	if p, ok := held.Values[valuePerson].(sessions.Person); ok {
		reader.Of(r.Context()).Meet(p.User.Locale)
		return p, nil
	}
	s, ok := held.Values[valueSession].(sessions.Session)
	if !ok {
		return sessions.Person{}, sessions.ErrNobody
	}
	p, err := k.PersonOf(r.Context(), s)
	if err != nil {
		return sessions.Person{}, err
	}
	held.Values[valuePerson] = p
	reader.Of(r.Context()).Meet(p.User.Locale)
	return p, nil
}

// Start signs the browser in under a new id, so that an attacker who planted or
// saw the old cookie gains nothing. The session of another user stays in the
// browser, among its other accounts. The sessions that the browser has no more must be ended
// by the caller: their clients must be notified.
func (k *Service) Start(w http.ResponseWriter, r *http.Request, in sessions.Start) (s sessions.Session, over []sessions.Session, err error) {
	before, others, over, err := k.join(r, in.User.ID)
	if err != nil {
		return sessions.Session{}, nil, err
	}
	in.Agent, in.Browser = r.UserAgent(), k.Browser(w, r)
	value := secrets.New()
	if s, err = k.Begin(r.Context(), value, in, before); err != nil {
		return sessions.Session{}, nil, err
	}
	k.setCookie(w, k.Name, value, life(s))
	k.setOthers(w, r, others)
	k.keepState(w, r, append(sids(others), s.SID)...)
	if s.Stays() {
		k.rememberAccount(w, r, s.UserID)
	} else {
		k.ForgetAccount(w, r, Ref(s.UserID))
	}
	return s, over, nil
}

// Held returns this browser's session, or ErrNobody.
func (k *Service) Held(r *http.Request) (sessions.Session, error) {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return sessions.Session{}, err
	}
	s, ok := held.Values[valueSession].(sessions.Session)
	if !ok {
		return sessions.Session{}, sessions.ErrNobody
	}
	return s, nil
}

// Leave signs this browser out. The caller ends what depends on the session
// before: after a failure in the reverse order nothing could finish it.
func (k *Service) Leave(w http.ResponseWriter, r *http.Request) error {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return err
	}
	held.Options = &gorilla.Options{MaxAge: -1}
	k.NoteSignInMethod(w, nowhere)
	return k.Save(r, w, held)
}
