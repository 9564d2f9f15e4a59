package cookies

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"net/http"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// State makes a session_state (OIDC Session Management §3.2). A page of the app
// asks the hub's frame (static/session.js) whether it is still valid. It is made
// of values that the frame knows: the client, its origin, and the browser state.
func State(clientID, origin, browser, salt string) string {
	return secrets.HexHash(clientID+" "+origin+" "+browser+" "+salt) + "." + salt
}

// State returns the session_state for a client with pages of this origin, and
// makes sure that the browser has the browser state that the frame compares. A
// client without pages cannot use it and gets "".
func (k *Service) State(w http.ResponseWriter, r *http.Request, s sessions.Session, clientID, origin string) string {
	if origin == "" {
		return ""
	}
	k.setState(w, s.SID)
	return State(clientID, origin, s.SID, rand.Text()[:16])
}

// StateCookie is the name of the cookie that holds the browser state.
func (k *Service) StateCookie() string { return k.Name + names.StateCookie }

// setState stores the browser state where the frame's script can read it, also
// inside a page of another site. It is the public name of the session: not secret,
// new with each session, and removed with it.
func (k *Service) setState(w http.ResponseWriter, value string) {
	cookie := &http.Cookie{
		Name:     k.StateCookie(),
		Value:    value,
		Path:     "/",
		MaxAge:   int(sessions.Absolute.Seconds()),
		Secure:   k.Secure,
		SameSite: http.SameSiteNoneMode,
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	if !k.Secure {
		cookie.SameSite = http.SameSiteLaxMode // None is for Secure cookies only
	}
	http.SetCookie(w, cookie)
}

// changeState removes the browser state of another session from a browser. The
// next response to an app sets the new one; until then scripts have nothing to
// read.
func (k *Service) changeState(w http.ResponseWriter, r *http.Request, sid string) {
	if cookie, err := r.Cookie(k.StateCookie()); err == nil && cookie.Value != sid {
		k.setState(w, "")
	}
}

// DropState removes the browser state if the session has ended elsewhere: at a
// provider, from another device, or because it expired.
func (k *Service) DropState(w http.ResponseWriter, r *http.Request) error {
	cookie, err := r.Cookie(k.StateCookie())
	if err != nil || cookie.Value == "" {
		return nil
	}
	_, err = k.Sessions.By(r.Context(), "sid", cookie.Value)
	if errors.Is(err, fs.ErrNotExist) {
		k.setState(w, "")
		return nil
	}
	return err
}
