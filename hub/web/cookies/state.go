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

// State makes a session_state (OIDC Session Management §3.2): an app's page
// asks the hub's frame (static/session.js) whether it still fits. It is made of
// what the frame knows too: who asks, from where, and the browser state.
func State(clientID, origin, browser, salt string) string {
	return secrets.HexHash(clientID+" "+origin+" "+browser+" "+salt) + "." + salt
}

// State returns the session_state for a client whose pages have this origin,
// and makes sure that the browser has what the frame compares it with. A
// client without pages has no use for one, so it is "" there.
func (k *Service) State(w http.ResponseWriter, r *http.Request, s sessions.Session, clientID, origin string) string {
	if origin == "" {
		return ""
	}
	k.setState(w, s.SID)
	return State(clientID, origin, s.SID, rand.Text()[:16])
}

// StateCookie is the name of the cookie that holds the browser state.
func (k *Service) StateCookie() string { return k.Name + names.StateCookie }

// setState keeps the browser state where the frame's script can read it, also
// inside a page of another site. It is the session's public name: no secret,
// new with each session, and gone with it.
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

// changeState takes the browser state from a browser that has that of another
// session. The next answer to an app sets the new one; where no app asks,
// scripts have nothing to read.
func (k *Service) changeState(w http.ResponseWriter, r *http.Request, sid string) {
	if cookie, err := r.Cookie(k.StateCookie()); err == nil && cookie.Value != sid {
		k.setState(w, "")
	}
}

// DropState takes the browser state from a browser whose session has ended
// somewhere else: at an upstream, by another device, by age.
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
