package cookies

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"

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
	all := k.states(r)
	if !slices.Contains(all, s.SID) {
		all = append(all, s.SID)
	}
	k.setState(w, all)
	return State(clientID, origin, s.SID, rand.Text()[:16])
}

// StateCookie is the name of the cookie that holds the browser state.
func (k *Service) StateCookie() string { return k.Name + names.StateCookie }

// states are the browser states of this browser: one for each account with which an
// app was used. An app compares its session with all of them, so choosing another
// account changes nothing for it.
func (k *Service) states(r *http.Request) []string {
	cookie, err := r.Cookie(k.StateCookie())
	if err != nil || cookie.Value == "" {
		return nil
	}
	all := strings.Split(cookie.Value, separator)
	return all[:min(len(all), 2*MostAccounts)]
}

// setState stores the browser state where the frame's script can read it, also
// inside a page of another site. It is the public name of each session: not secret,
// new with each session, and removed with it. It lasts as long as the browser may
// keep a session; without its session it is worth nothing.
func (k *Service) setState(w http.ResponseWriter, all []string) {
	cookie := &http.Cookie{
		Name:     k.StateCookie(),
		Value:    strings.Join(all, separator),
		Path:     "/",
		MaxAge:   int(sessions.Absolute.Seconds()),
		Secure:   k.Secure,
		SameSite: http.SameSiteNoneMode,
	}
	if len(all) == 0 {
		cookie.MaxAge = -1
	}
	if !k.Secure {
		cookie.SameSite = http.SameSiteLaxMode // None is for Secure cookies only
	}
	http.SetCookie(w, cookie)
}

// keepState removes the browser states of other sessions than these from a browser.
// The next response to an app sets the new one; until then scripts have nothing to
// read.
func (k *Service) keepState(w http.ResponseWriter, r *http.Request, sids ...string) {
	k.filterState(w, r, func(sid string) bool { return slices.Contains(sids, sid) })
}

func (k *Service) dropState(w http.ResponseWriter, r *http.Request, ended string) {
	k.filterState(w, r, func(sid string) bool { return sid != ended })
}

func (k *Service) filterState(w http.ResponseWriter, r *http.Request, keep func(sid string) bool) {
	all := k.states(r)
	kept := slices.DeleteFunc(slices.Clone(all), func(sid string) bool { return !keep(sid) })
	if len(kept) != len(all) {
		k.setState(w, kept)
	}
}

// DropState removes the browser states of sessions that have ended elsewhere: at a
// provider, from another device, or because they expired.
func (k *Service) DropState(w http.ResponseWriter, r *http.Request) error {
	var ended []string
	for _, sid := range k.states(r) {
		_, err := k.Sessions.By(r.Context(), "sid", sid)
		if errors.Is(err, fs.ErrNotExist) {
			ended = append(ended, sid)
		} else if err != nil {
			return err
		}
	}
	k.filterState(w, r, func(sid string) bool { return !slices.Contains(ended, sid) })
	return nil
}
