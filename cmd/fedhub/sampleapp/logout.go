package sampleapp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// logout is POST /logout: it ends the session of the app. The sessions at the hubs
// continue.
func (a *App) logout(w http.ResponseWriter, r *http.Request) {
	if who, ok := a.visitors.leave(w, r); ok {
		a.config.Watch(who.Shown() + " signed out of the app")
	}
	http.Redirect(w, r, SignedOutPath, http.StatusSeeOther)
}

// leave is POST /logout/hub: it ends the session of the app and sends the browser
// to the hub, which ends its own (OpenID Connect RP-Initiated Logout §2) and sends
// the browser back to SignedOutPath.
func (a *App) leave(w http.ResponseWriter, r *http.Request) {
	who, ok := a.visitors.leave(w, r)
	to, err := a.endSession(r.Context(), who)
	if !ok || err != nil {
		if err != nil {
			a.config.Log.Warn("the user could not be sent to the hub for sign-out", "error", err)
		}
		http.Redirect(w, r, SignedOutPath, http.StatusSeeOther)
		return
	}
	a.config.Watch(who.Shown() + " signed out of the app and of the hub")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// hubToo is the state that says that the hub's session has ended too.
const hubToo = "hub"

// endSession is the hub's address for ending a session. The ID token names the
// session.
func (a *App) endSession(ctx context.Context, who person) (string, error) {
	p, err := a.hub(ctx)
	if err != nil {
		return "", err
	}
	var says struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := p.Claims(&says); err != nil {
		return "", fmt.Errorf("read the discovery document: %w", err)
	}
	to, err := url.Parse(says.EndSession)
	if err != nil || to.Host == "" {
		return "", errors.New("the hub has no end_session_endpoint")
	}
	query := to.Query()
	query.Set("id_token_hint", who.raw)
	query.Set("post_logout_redirect_uri", strings.TrimSuffix(a.config.URL, "/")+SignedOutPath)
	query.Set("state", hubToo) // the hub returns it unchanged
	to.RawQuery = query.Encode()
	return to.String(), nil
}

// logoutEvent is the event that makes a JWT a logout token.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// A logoutToken says that a session at the hub has ended (OpenID Connect
// Back-Channel Logout §2.4).
type logoutToken struct {
	Subject string                     `json:"sub"`
	SID     string                     `json:"sid"`
	JTI     string                     `json:"jti"`
	Nonce   *string                    `json:"nonce"`
	Events  map[string]json.RawMessage `json:"events"`
}

// backchannel is POST /backchannel-logout, which the hub calls.
func (a *App) backchannel(w http.ResponseWriter, r *http.Request) {
	said, err := a.logoutToken(r.Context(), r.PostFormValue("logout_token"))
	if err != nil {
		a.config.Log.Warn("a logout token was refused", "error", err)
		http.Error(w, "the logout token is not valid", http.StatusBadRequest) // §2.8
		return
	}
	for _, who := range a.visitors.end(said.Subject, said.SID) {
		a.config.Watch("ended the session of " + who.Shown())
	}
	w.WriteHeader(http.StatusOK)
}

// logoutToken verifies a token by the steps of §2.6.
func (a *App) logoutToken(ctx context.Context, raw string) (logoutToken, error) {
	p, err := a.hub(ctx)
	if err != nil {
		return logoutToken{}, err
	}
	verifier := p.Verifier(&oidc.Config{ClientID: a.config.ClientID, Now: a.config.Now})
	token, err := verifier.Verify(a.client(ctx), raw) // signature, iss, aud, exp
	if err != nil {
		return logoutToken{}, err
	}
	var said logoutToken
	if err := token.Claims(&said); err != nil {
		return logoutToken{}, fmt.Errorf("read the claims: %w", err)
	}
	event, ok := said.Events[logoutEvent]
	switch {
	case !logoutType(raw):
		return logoutToken{}, errors.New("its typ is not logout+jwt")
	case said.Subject == "" && said.SID == "":
		return logoutToken{}, errors.New("it has neither sub nor sid")
	case !ok || !strings.HasPrefix(string(event), "{"):
		return logoutToken{}, errors.New("it is for another event")
	case said.Nonce != nil:
		return logoutToken{}, errors.New("it has a nonce, so it is an ID token")
	case said.JTI == "":
		return logoutToken{}, errors.New("it has no jti")
	case !a.visitors.once(said.JTI, token.Expiry):
		return logoutToken{}, errors.New("it was used before")
	}
	return said, nil
}

// logoutType checks the typ header of a verified token. It may be missing (§2.4),
// but must not be another type.
func logoutType(raw string) bool {
	head, _, _ := strings.Cut(raw, ".")
	plain, err := base64.RawURLEncoding.DecodeString(head)
	var header struct {
		Type string `json:"typ"`
	}
	if err != nil || json.Unmarshal(plain, &header) != nil {
		return false
	}
	return header.Type == "" || strings.EqualFold(header.Type, "logout+jwt") || strings.EqualFold(header.Type, "JWT")
}
