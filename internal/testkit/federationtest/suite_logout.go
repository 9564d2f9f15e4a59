package federationtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// LogoutClaims are the claims of a valid logout token about ada.
func (w *World) LogoutClaims() map[string]any {
	w.mu.Lock()
	client := w.script.Client.ID
	w.mu.Unlock()
	now := w.Clock.Now()
	return map[string]any{
		"iss": w.URL, "aud": client, "sub": "ada", "sid": "sid-ada", "jti": "jti-1",
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(),
		"events": map[string]any{logoutEvent: map[string]any{}},
	}
}

// logout is LO-09.
func (s suite) logout(t *testing.T) {
	w := s.world(t)
	receiver := w.Connector.(federation.LogoutReceiver)
	typ := map[string]any{"typ": "logout+jwt"}
	good := w.LogoutClaims()
	for name, raw := range map[string]string{
		"typ logout+jwt":  w.SignClaims(good, typ),
		"typ JWT":         w.SignClaims(good, map[string]any{"typ": "JWT"}),
		"no typ":          w.SignClaims(good, nil),
		"aud as a list":   w.SignClaims(edit(good, "aud", []any{good["aud"], "other"}), typ),
		"a second event":  w.SignClaims(edit(good, "events", map[string]any{logoutEvent: map[string]any{}, "https://x": 1}), typ),
		"a session alone": w.SignClaims(edit(good, "sub", absent{}), typ),
		"a person alone":  w.SignClaims(edit(good, "sid", absent{}), typ),
	} {
		ended, err := receiver.LogoutToken(t.Context(), raw)
		if err != nil || ended.Issuer != w.URL || ended.JTI != "jti-1" || ended.Expires.Before(w.Clock.Now().Add(4*time.Minute)) { // up to the longest lifetime accepted
			t.Errorf("%s: got %+v and %v", name, ended, err)
		}
		if name != "a session alone" && ended.Subject != "ada" || name != "a person alone" && ended.SID != "sid-ada" {
			t.Errorf("%s: got %+v", name, ended)
		}
	}
	for name, raw := range s.falseLogouts(w, good) {
		if ended, err := receiver.LogoutToken(t.Context(), raw); Fault(err) != federation.Untrusted || ended != (federation.Ended{}) {
			t.Errorf("%s: got %+v and %v, want untrusted", name, ended, err)
		}
	}
	t.Run("an id_token", func(t *testing.T) {
		w := s.world(t)
		var raw string
		w.Set(func(script *Script) {
			script.IDToken = func(c map[string]any) { raw = w.SignClaims(c, nil) }
		})
		w.MustSignIn(federation.AuthRequestOptions{})
		if _, err := w.Connector.(federation.LogoutReceiver).LogoutToken(t.Context(), raw); Fault(err) != federation.Untrusted {
			t.Errorf("got %v, want untrusted", err)
		}
	})
	t.Run("strangers do not make a hammer", func(t *testing.T) {
		before := w.Calls(PathKeys)
		for i := range 50 {
			receiver.LogoutToken(t.Context(), newSigner(fmt.Sprint("unknown", i)).sign(encode(good), typ))
		}
		w.Clock.Move(4 * time.Second)
		receiver.LogoutToken(t.Context(), newSigner("later").sign(encode(good), typ))
		if got := w.Calls(PathKeys) - before; got != 0 {
			t.Errorf("the key set was asked %d more times", got)
		}
		w.Rotate("second")
		w.Clock.Move(time.Second)
		if _, err := receiver.LogoutToken(t.Context(), w.SignClaims(w.LogoutClaims(), typ)); err != nil {
			t.Errorf("a new key after five seconds: %v", err)
		}
	})
}

func (s suite) falseLogouts(w *World, good map[string]any) map[string]string {
	typ := map[string]any{"typ": "logout+jwt"}
	now := w.Clock.Now()
	raws := map[string]string{
		"unsigned":                     Unsigned(good),
		"HS256 with the client secret": HMAC(good, []byte(clientSecret)),
		"HS256 with the public key":    HMAC(good, w.PublicPEM()),
		"another key":                  w.Forged(good, typ),
		"typ of an access token":       w.SignClaims(good, map[string]any{"typ": "at+jwt"}),
		"typ that is a number":         w.SignClaims(good, map[string]any{"typ": 7}),
		"not a token":                  "x",
		"nothing":                      "",
		"1 MB":                         strings.Repeat("x", 1<<20),
		"not JSON":                     w.SignPayload([]byte("x"), typ),
		"null":                         w.SignPayload([]byte("null"), typ),
		"a nonce that is null":         w.SignClaims(edit(good, "nonce", nil), typ),
		"the subject in two spellings": w.SignClaims(edit(good, "Sub", "eve"), typ),
		"sub and sid missing":          w.SignClaims(edit(edit(good, "sub", absent{}), "sid", absent{}), typ),
	}
	for claim, values := range map[string][]any{
		"iss": {absent{}, nil, "", "https://evil.test", w.URL + "/", 7},
		"aud": {absent{}, nil, "", "evil", []string{"evil"}, []string{}, 7},
		"exp": {absent{}, nil, "1", now.Unix() - 121, now.Add(48 * time.Hour).Unix(), fmt.Sprint(now.Unix() + 60), 1e300},
		"iat": {absent{}, nil, "1", now.Add(time.Hour).Unix()},
		"jti": {absent{}, nil, "", 7, strings.Repeat("x", 300)},
		"sub": {nil, "", 7, strings.Repeat("x", 300)},
		"sid": {nil, "", 7, strings.Repeat("x", 300)},
		"events": {absent{}, nil, "", []string{logoutEvent}, logoutEvent, map[string]any{}, map[string]any{"https://x": map[string]any{}},
			map[string]any{logoutEvent: nil}, map[string]any{logoutEvent: true}, map[string]any{logoutEvent: []any{}}, map[string]any{logoutEvent: ""}},
		"nonce": {"", "n", 7},
	} {
		for _, value := range values {
			raws[fmt.Sprintf("%s %.60v", claim, value)] = w.SignClaims(edit(good, claim, value), typ)
		}
	}
	return raws
}

// edit returns a changed copy of the claims.
func edit(claims map[string]any, name string, value any) map[string]any {
	changed := clone(claims)
	changed[name] = value
	if value == any(absent{}) {
		delete(changed, name)
	}
	return changed
}
