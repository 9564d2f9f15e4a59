package cookies

import (
	"errors"
	"io/fs"
	"net/http"

	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

var _ gorilla.Store = (*Service)(nil)

// idLength is the length of a cookie's value: 32 random bytes as base64url.
const idLength = 43

// Get returns the request's session, read once per request.
func (k *Service) Get(r *http.Request, name string) (*gorilla.Session, error) {
	return gorilla.GetRegistry(r).Get(k, name)
}

// New reads the session that the cookie names. An invalid cookie gives a new and
// empty session; the error is from the database.
func (k *Service) New(r *http.Request, name string) (*gorilla.Session, error) {
	held := gorilla.NewSession(k, name)
	held.IsNew = true
	cookie, err := r.Cookie(name)
	if err != nil || len(cookie.Value) != idLength {
		return held, nil
	}
	s, err := k.Sessions.Get(r.Context(), sessions.Hash(cookie.Value))
	if errors.Is(err, fs.ErrNotExist) {
		return held, nil
	}
	if err != nil {
		return held, err
	}
	if !s.UsableIn(k.BoundToBrowser(r)) {
		return held, nil // the browser was closed since
	}
	held.ID, held.IsNew = s.ID, false
	held.Values[valueSession] = s
	return held, nil
}

// Save removes a session and its cookie, if its MaxAge is negative. Start stores
// a new session.
func (k *Service) Save(r *http.Request, w http.ResponseWriter, held *gorilla.Session) error {
	s, ok := held.Values[valueSession].(sessions.Session)
	if !ok || held.Options == nil || held.Options.MaxAge >= 0 {
		return errors.New("only a session that ends is saved")
	}
	k.setCookie(w, held.Name(), "", -1)
	k.dropState(w, r, s.SID)
	delete(held.Values, valueSession)
	delete(held.Values, valuePerson)
	return k.Delete(r.Context(), s)
}

// Browser returns a name for this browser that lasts until the browser closes,
// with or without a session. Flows and forms are bound to it, and sessions that end
// with the browser. The first call in a browser sets a cookie. A form of another
// site sets none: browsers send no Lax cookies with it, so it would replace the name
// that the browser has.
func (k *Service) Browser(w http.ResponseWriter, r *http.Request) string {
	if b := k.BoundToBrowser(r); b != "" {
		return b
	}
	value := secrets.New()
	if r.Method != http.MethodPost || r.Header.Get("Sec-Fetch-Site") != "cross-site" {
		k.setCookie(w, k.browserCookie(), value, 0)
	}
	// A second call in the same request must see the same browser.
	r.AddCookie(&http.Cookie{Name: k.browserCookie(), Value: value})
	return sessions.Hash(value)
}

// BoundToBrowser is Browser without setting a cookie: "" if the browser has none.
func (k *Service) BoundToBrowser(r *http.Request) string {
	cookie, err := r.Cookie(k.browserCookie())
	if err != nil || len(cookie.Value) != idLength {
		return ""
	}
	return sessions.Hash(cookie.Value)
}

func (k *Service) browserCookie() string { return k.Name + names.BrowserCookie }

// setCookie sets every attribute, because scripts can read gorilla's default
// cookies and browsers send them across sites. It sets Lax and not Strict, because
// the return from a provider is a cross-site navigation.
func (k *Service) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name:     name,
		Value:    value,
		Path:     "/",
		MaxAge:   maxAge,
		Secure:   k.Secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}
