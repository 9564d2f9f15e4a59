package sampleapp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// logout is POST /logout: it ends the session here. Those at the hubs are the
// person's own, and live on.
func (a *App) logout(w http.ResponseWriter, r *http.Request) {
	if who, ok := a.visitors.leave(w, r); ok {
		a.config.Watch(who.Shown() + " signed out of the app")
	}
	http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
}

// logoutEvent is the event that makes a JWT a logout token.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// A logoutToken is what the hub says when a session there has ended
// (OpenID Connect Back-Channel Logout §2.4).
type logoutToken struct {
	Subject string                     `json:"sub"`
	SID     string                     `json:"sid"`
	JTI     string                     `json:"jti"`
	Nonce   *string                    `json:"nonce"`
	Events  map[string]json.RawMessage `json:"events"`
}

// backchannel is POST /backchannel-logout. No browser calls it; the hub does.
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
		return logoutToken{}, errors.New("its typ is another one")
	case said.Subject == "" && said.SID == "":
		return logoutToken{}, errors.New("it names neither sub nor sid")
	case !ok || !strings.HasPrefix(string(event), "{"):
		return logoutToken{}, errors.New("it is about another event")
	case said.Nonce != nil:
		return logoutToken{}, errors.New("it has a nonce, so it is an ID token")
	case said.JTI == "":
		return logoutToken{}, errors.New("it has no jti")
	case !a.visitors.once(said.JTI, token.Expiry):
		return logoutToken{}, errors.New("it was used before")
	}
	return said, nil
}

// logoutType looks at the typ header of a token whose signature holds. It may
// be missing (§2.4), but it must not be that of something else.
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
