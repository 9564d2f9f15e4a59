package federationtest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// Run is the suite for every connector to OpenID providers. kind is how the hub
// authenticates there. The subtests have the names of the rows in the project's
// list of attacks.
func Run(t *testing.T, kind string, factory federation.Factory) {
	s := suite{kind: kind, factory: factory}
	if !able(s.world(t).Connector, t, "describe its upstream", "look again", "take logout tokens", "sign out there") {
		return
	}
	t.Run("honest", s.honest)
	t.Run("begin", s.begin)
	t.Run("answer", s.answer)
	t.Run("token", s.token)
	t.Run("id token", s.idToken)
	t.Run("keys", s.keys)
	t.Run("userinfo", s.userinfo)
	t.Run("discovery", s.discovery)
	t.Run("network", s.network)
	t.Run("contact", s.contact)
	t.Run("logout", s.logout)
	t.Run("describe", s.describe)
	t.Run("refresh", s.refresh)
	t.Run("sign out", s.signOut)
}

// able checks that a connector implements these optional interfaces. Without the
// check, a connector that loses one would silently skip its tests.
func able(c federation.Connector, t *testing.T, what ...string) bool {
	t.Helper()
	_, describes := c.(federation.Describer)
	_, refreshes := c.(federation.Refresher)
	_, receives := c.(federation.LogoutReceiver)
	_, signsOut := c.(federation.SignOuter)
	can := map[string]bool{"describe its upstream": describes, "look again": refreshes, "take logout tokens": receives, "sign out there": signsOut}
	for _, one := range what {
		if !can[one] {
			t.Errorf("the connector cannot %s", one)
		}
	}
	return !t.Failed()
}

type suite struct {
	kind    string
	factory federation.Factory
	adapt   func(*World) // for every world; may be nil
}

func (s suite) world(t testing.TB) *World { return NewWorld(t, s.kind, s.factory, s.adapt) }

// A lie is one fault of the provider, and the kind of error that the sign-in must
// end with.
type lie struct {
	name   string
	script func(*World, *Script)
	want   federation.FaultKind
}

func (s suite) refuse(t *testing.T, lies []lie) {
	for _, l := range lies {
		t.Run(l.name, func(t *testing.T) {
			w := s.world(t)
			w.Set(func(script *Script) { l.script(w, script) })
			if _, err := w.SignIn(federation.AuthRequestOptions{}); Fault(err) != l.want {
				t.Errorf("got %v, want %s", err, l.want)
			}
		})
	}
}

func (s suite) honest(t *testing.T) {
	t.Run("an identity says everything that is known", func(t *testing.T) {
		w := s.world(t)
		got := w.MustSignIn(federation.AuthRequestOptions{})
		want := federation.Identity{
			Key: "up", Issuer: w.URL, Subject: "ada",
			Email: "ada@example.org", EmailVerified: true,
			Name: "Name of ada", PreferredUsername: "ada", Picture: "https://example.org/ada.png", Locale: "en-GB",
			Roles:    []string{"member"}, // "admin" has no rule (FE-31)
			AuthTime: w.Clock.Now(), SID: "sid-ada",
		}
		if s.kind == federation.KindPeer {
			want.ACR, want.AMR = "urn:example:loa2", []string{"pwd", "otp"}
		}
		got.Tokens = federation.Tokens{} // see suite_refresh.go
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
	t.Run("FE-46 many people at once stay apart", func(t *testing.T) {
		w := s.world(t)
		var people sync.WaitGroup
		for i := range 50 {
			people.Go(func() { s.signInAs(t, w, fmt.Sprint("person-", i)) })
		}
		people.Wait()
		if got := w.Calls(PathDiscovery); got != 1 {
			t.Errorf("discovery was asked %d times, want once", got)
		}
		if got := w.Calls(PathKeys); got != 1 {
			t.Errorf("the key set was asked %d times, want once", got)
		}
	})
	t.Run("FE-03 two tabs do not disturb each other", func(t *testing.T) {
		w := s.world(t)
		leg1, answer1 := w.Begin(federation.AuthRequestOptions{LoginHint: "ada"})
		leg2, answer2 := w.Begin(federation.AuthRequestOptions{LoginHint: "grace"})
		second, err2 := w.Finish(leg2, answer2)
		first, err1 := w.Finish(leg1, answer1)
		if err1 != nil || err2 != nil || first.Subject != "ada" || second.Subject != "grace" {
			t.Errorf("got %q %v and %q %v", first.Subject, err1, second.Subject, err2)
		}
	})
}

func (s suite) signInAs(t *testing.T, w *World, name string) {
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{LoginHint: name})
	if err != nil {
		t.Errorf("%s: begin: %v", name, err)
		return
	}
	id, err := w.Connector.Finish(t.Context(), leg, w.Visit(t, redirect))
	if err != nil || id.Subject != name || id.Email != name+"@example.org" {
		t.Errorf("%s: got %q %q and %v", name, id.Subject, id.Email, err)
	}
}

func (s suite) begin(t *testing.T) {
	t.Run("FE-01 the secrets of a leg are new and long", func(t *testing.T) {
		w := s.world(t)
		old := federation.AuthState{State: "known", Nonce: "known", Verifier: "known", Redirect: "https://evil.test"}
		leg, seen := old, map[string]bool{}
		for range 3 {
			redirect, err := w.Connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{})
			if err != nil {
				t.Fatal(err)
			}
			query := mustParse(t, redirect).Query()
			for _, value := range []string{leg.State, leg.Nonce, leg.Verifier} {
				if len(value) < 43 || seen[value] {
					t.Errorf("%q is short or was used before", value)
				}
				seen[value] = true
			}
			if query.Get("state") != leg.State || query.Get("nonce") != leg.Nonce || query.Get("redirect_uri") != leg.Redirect {
				t.Errorf("the request %v is not the leg's %+v", query, leg)
			}
			if query.Has("code_verifier") || query.Get("code_challenge_method") != "S256" || query.Get("code_challenge") == leg.Verifier {
				t.Errorf("the verifier is not hidden in %v", query)
			}
		}
		if want := w.Env.Callback("up"); leg.Redirect != want || leg.Issuer != w.URL {
			t.Errorf("got redirect %q and issuer %q", leg.Redirect, leg.Issuer)
		}
	})
	t.Run("hints are passed on", func(t *testing.T) {
		w := s.world(t)
		hints := federation.AuthRequestOptions{Prompt: "login", LoginHint: "ada", MaxAge: "60", ACRValues: "urn:example:loa2", UILocales: "de en"}
		redirect, err := w.Connector.Begin(t.Context(), &federation.AuthState{}, hints)
		if err != nil {
			t.Fatal(err)
		}
		query := mustParse(t, redirect).Query()
		for name, want := range map[string]string{
			"prompt": "login", "login_hint": "ada", "max_age": "60", "acr_values": "urn:example:loa2", "ui_locales": "de en",
			"scope": "openid profile email roles", "response_type": "code",
		} {
			if got := query.Get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	})
	t.Run("a max_age that is no number stops", func(t *testing.T) {
		w := s.world(t)
		if _, err := w.Connector.Begin(t.Context(), &federation.AuthState{}, federation.AuthRequestOptions{MaxAge: "soon"}); err == nil {
			t.Error("it was accepted")
		}
	})
}

func mustParse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (s suite) describe(t *testing.T) {
	w := s.world(t)
	card, err := w.Connector.(federation.Describer).Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if card.Issuer != w.URL || card.Name != "Head Office" || !card.Joinable || !slices.Equal(card.Fingerprints, []string{w.Thumbprint()}) {
		t.Errorf("got %+v", card)
	}
	t.Run("a hub's name is cleaned", func(t *testing.T) {
		w := s.world(t)
		w.Set(func(s *Script) {
			s.Discovery = func(doc map[string]any) { doc["fedhub_name"] = "Head\n\u202eOffice\x00" }
		})
		card, err := w.Connector.(federation.Describer).Describe(t.Context())
		if got, want := card.Name, "HeadOffice"; got != want {
			t.Errorf("got %q and %v, want %q", got, err, want)
		}
	})
	t.Run("FE-33 foreign hosts are named and not asked", func(t *testing.T) {
		other := NewUpstream(t, time.Now)
		w := s.world(t)
		w.Set(func(s *Script) {
			s.Discovery = func(doc map[string]any) { doc["jwks_uri"] = other.URL + PathKeys }
		})
		card, err := w.Connector.(federation.Describer).Describe(t.Context())
		if want := []string{mustParse(t, other.URL).Host}; err != nil || !slices.Equal(card.ForeignHosts, want) {
			t.Errorf("got %v and %v, want %v", card.ForeignHosts, err, want)
		}
		if got := other.Calls(PathKeys); got != 0 {
			t.Errorf("the foreign host was asked %d times", got)
		}
	})
}

// with returns an edit that sets one member.
func with(name string, value any) func(map[string]any) {
	return func(m map[string]any) { m[name] = value }
}

func without(name string) func(map[string]any) {
	return func(m map[string]any) { delete(m, name) }
}

func clone(m map[string]any) map[string]any { return maps.Clone(m) }
