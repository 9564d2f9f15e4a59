package peer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/federation/peer"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestPeer(t *testing.T) { federationtest.Run(t, federation.KindPeer, peer.New) }

func newWorld(t *testing.T, adapt func(*federationtest.World)) *federationtest.World {
	return federationtest.NewWorld(t, federation.KindPeer, peer.New, adapt)
}

func TestWeAreNamedByAnAddressAndSignForIt(t *testing.T) {
	w := newWorld(t, nil)
	w.MustSignIn(federation.AuthRequestOptions{})
	form, header := w.Seen(federationtest.PathToken)
	if got, want := form.Get("client_id"), federationtest.Hub+"/oauth2/client-metadata/up"; got != want {
		t.Errorf("client_id: got %q, want %q", got, want)
	}
	if header.Get("Authorization") != "" || form.Has("client_secret") {
		t.Error("a secret was sent, and there is none")
	}
	jws, err := jose.ParseSignedCompact(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := jws.Signatures[0].Protected.ExtraHeaders[jose.HeaderType], "client-authentication+jwt"; got != want {
		t.Errorf("typ: got %v, want %v", got, want)
	}
	var claims map[string]any
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &claims); err != nil {
		t.Fatal(err)
	}
	jti, _ := claims["jti"].(string)
	delete(claims, "jti")
	now := float64(w.Clock.Now().Unix())
	id := form.Get("client_id")
	for name, want := range map[string]any{"iss": id, "sub": id, "aud": w.URL, "iat": now, "exp": now + 60} {
		if claims[name] != want {
			t.Errorf("%s: got %v, want %v", name, claims[name], want)
		}
	}
	if len(claims) != 5 || len(jti) < 22 {
		t.Errorf("got claims %v and jti %q", claims, jti)
	}
}

func TestRolesAreAskedForWhereThereAreRules(t *testing.T) {
	for _, rules := range []map[string]string{nil, {"staff": "member"}} {
		w := newWorld(t, func(w *federationtest.World) { w.Key.RoleMap = rules })
		id := w.MustSignIn(federation.AuthRequestOptions{})
		form, _ := w.Seen(federationtest.PathAuthorize)
		asked := strings.Contains(form.Get("scope"), "roles")
		if asked != (rules != nil) || len(id.Roles) != len(rules) {
			t.Errorf("rules %v: asked %v, got %v", rules, asked, id.Roles)
		}
	}
}

func TestTheRequestSaysWhichHubsItPassed(t *testing.T) {
	w := newWorld(t, nil)
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{Via: []string{"https://third.example"}})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(redirect)
	if got, want := u.Query().Get("via"), "https://third.example "+federationtest.Hub; got != want {
		t.Errorf("via: got %q, want %q", got, want)
	}
	if got, want := addresses.FormatVia(leg.Via), u.Query().Get("via"); got != want {
		t.Errorf("the leg: got %q, want %q", got, want)
	}
	if u.Query().Get("state") != leg.State {
		t.Error("the rest of the request is gone")
	}
}

func TestARingIsNotTurned(t *testing.T) { // FE-42
	w := newWorld(t, nil)
	for name, via := range map[string][]string{
		"back to the first":        {w.URL},
		"back to the first, slash": {w.URL + "/", "https://third.example"},
		"back to ourselves":        {federationtest.Hub, "https://third.example"},
		"on and on":                {"https://1.example", "https://2.example", "https://3.example"},
	} {
		_, err := w.Connector.Begin(t.Context(), &federation.AuthState{}, federation.AuthRequestOptions{Via: via})
		if federationtest.Fault(err) != federation.Circular {
			t.Errorf("%s: got %v, want circular", name, err)
		}
	}
	if got := w.Calls(federationtest.PathDiscovery); got != 0 {
		t.Errorf("the other hub was asked %d times", got)
	}
}

func TestAProviderThatTakesNoSignaturesIsNoPeer(t *testing.T) {
	w := newWorld(t, nil)
	w.Set(func(s *federationtest.Script) {
		s.Discovery = func(doc map[string]any) {
			doc["token_endpoint_auth_methods_supported"] = []string{"client_secret_basic"}
		}
	})
	if _, err := w.SignIn(federation.AuthRequestOptions{}); federationtest.Fault(err) != federation.Misconfigured {
		t.Errorf("got %v, want misconfigured", err)
	}
}

func TestTheWrongKeyGetsNowhere(t *testing.T) {
	w := newWorld(t, nil)
	leg, answer := w.Begin(federation.AuthRequestOptions{})
	hub := federationtest.NewHubKey() // not the one that is registered
	hub.Register(w.Upstream, w.Env.ClientMetadataURL("up"))
	if _, err := w.Finish(leg, answer); federationtest.Refused(err) != "invalid_client" {
		t.Errorf("got %v, want invalid_client", err)
	}
}

func TestASignerThatFailsSignsNobodyIn(t *testing.T) {
	broken := errors.New("no signing key")
	w := newWorld(t, func(w *federationtest.World) {
		w.Env.Sign = func(context.Context, map[string]any, string) (string, error) { return "", broken }
	})
	if _, err := w.SignIn(federation.AuthRequestOptions{}); !errors.Is(err, broken) || federationtest.Fault(err) != "" {
		t.Errorf("got %v, want the signer's error and no fault", err)
	}
}

// joining is a registry with one peer key, and the hub that it leads to.
func joining(t *testing.T) (*federation.Registry, *federationtest.World) {
	w := newWorld(t, func(w *federationtest.World) { w.Key.Name = "Head Office" })
	return federation.NewRegistry(federation.Options{
		Store:     federationtest.NewMemory(w.Key),
		Factories: map[string]federation.Factory{"peer": peer.New},
		Env:       w.Env,
		Seal:      federationtest.Seal,
	}), w
}

func TestAnIntroductionIsAnsweredAndKept(t *testing.T) {
	for name, row := range map[string]struct {
		status int
		body   string
		want   federation.JoinStatus
		says   string
	}{
		"pending":   {200, `{"status":"pending","message":"Ask Grace."}`, federation.Requested, "join.requested"},
		"accepted":  {202, `{"status":"pending"}`, federation.Requested, "join.requested"},
		"active":    {200, `{"status":"active"}`, federation.Active, "join.active"},
		"refused":   {200, `{"status":"refused"}`, federation.Refused, "join.refused"},
		"suspended": {200, `{"status":"suspended"}`, federation.Suspended, "join.suspended"},
		"unknown":   {401, `{"error":"invalid_client","error_description":"no document"}`, federation.Refused, "join.unchecked"},
		"invite":    {400, `{"error":"invalid_request"}`, federation.Refused, "join.unaccepted"},
		"busy":      {429, `{"error":"slow_down"}`, federation.Refused, "join.busy"},
		"other":     {400, `{"error":"` + strings.Repeat("x", 5000) + `"}`, federation.Refused, "join.rejected"},
		"down":      {503, ``, federation.NoAnswer, "join.unreachable"},
		"strange":   {200, `{"status":"maybe"}`, federation.NoAnswer, "join.strange"},
		"html":      {200, `<html>`, federation.NoAnswer, "join.strange"},
		"missing":   {404, ``, federation.NoAnswer, "join.strange"},
		"not ok":    {400, `{"status":"active"}`, federation.NoAnswer, "join.strange"},
		"null":      {200, `null`, federation.NoAnswer, "join.strange"},
	} {
		registry, w := joining(t)
		var got url.Values
		w.Set(func(s *federationtest.Script) {
			s.Join = func(form url.Values) (int, string) { got = form; return row.status, row.body }
		})
		join, err := registry.Join(t.Context(), "up", "invite-code")
		if err != nil || join.Status != row.want || join.Why.Code != row.says || join.Why.Args["name"] != "Head Office" {
			t.Errorf("%s: got %+v and %v, want %s", name, join, err, row.want)
		}
		if row.says == "join.unchecked" && join.Why.Args["address"] != w.Env.ClientMetadataURL("up") {
			t.Errorf("%s: it does not say what could not be read: %v", name, join.Why)
		}
		if got.Get("invite") != "invite-code" || got.Get("client_id") != w.Env.ClientMetadataURL("up") {
			t.Errorf("%s: the form was %v", name, got)
		}
		if k, _ := registry.Get(t.Context(), "up"); !reflect.DeepEqual(k.Join, join) || k.Ready() != (row.want == federation.Active) || join.Checked != w.Clock.Now() {
			t.Errorf("%s: kept %+v", name, k.Join)
		}
	}
}

func TestWhatTheOtherHubSaysIsCleaned(t *testing.T) {
	registry, w := joining(t)
	w.Set(func(s *federationtest.Script) {
		s.Join = func(url.Values) (int, string) {
			return 200, `{"status":"pending","message":"Ask\u0000\u202e Grace.` + strings.Repeat("x", 5000) + `"}`
		}
	})
	join, err := registry.Join(t.Context(), "up", "")
	if err != nil || !strings.HasPrefix(join.Said, "Ask Grace.") || len(join.Said) > 300 || strings.Contains(join.Why.String(), "Grace") {
		t.Errorf("got %+v and %v", join, err)
	}
}

func TestAProviderThatIsNoHubIsExplained(t *testing.T) {
	registry, w := joining(t)
	w.Set(func(s *federationtest.Script) {
		s.Discovery = func(doc map[string]any) { delete(doc, "fedhub_servers_endpoint") }
	})
	join, err := registry.Join(t.Context(), "up", "")
	if err != nil || join.Status != federation.Unsupported || join.Why.Code != "join.unsupported" {
		t.Errorf("got %+v and %v", join, err)
	}
}

func TestAPrimaryThatIsAwayIsExplained(t *testing.T) {
	registry, w := joining(t)
	w.Server.Close()
	join, err := registry.Join(t.Context(), "up", "")
	if err != nil || join.Status != federation.NoAnswer || join.Why.Code != "join.unreachable" {
		t.Errorf("got %+v and %v", join, err)
	}
	if _, err := registry.Join(t.Context(), "missing", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing key: got %v, want fs.ErrNotExist", err)
	}
}

func TestAnInviteIsNotRedirected(t *testing.T) {
	other := federationtest.NewUpstream(t, time.Now)
	registry, w := joining(t)
	w.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathServers: func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, other.URL+federationtest.PathServers, http.StatusTemporaryRedirect)
		}}
	})
	join, err := registry.Join(t.Context(), "up", "invite-code")
	if err != nil || join.Status != federation.NoAnswer || other.Calls(federationtest.PathServers) != 0 {
		t.Errorf("got %+v and %v after %d calls", join, err, other.Calls(federationtest.PathServers))
	}
}

func TestTheMetadataDocument(t *testing.T) {
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetIndent("", "  ")
	encoder.Encode(peer.Metadata(peer.About{
		ClientID: "https://hub.example/oauth2/client-metadata/up", Name: "Branch", Issuer: "https://hub.example",
		Callback: "https://hub.example/signin/from/up", SignedOut: "https://hub.example/signed-out", Backchannel: "https://hub.example/oauth2/backchannel/up",
		JWKSURI: "https://hub.example/oauth2/jwks",
	}))
	want := `{
  "client_id": "https://hub.example/oauth2/client-metadata/up",
  "client_name": "Branch",
  "client_uri": "https://hub.example",
  "application_type": "web",
  "redirect_uris": [
    "https://hub.example/signin/from/up"
  ],
  "post_logout_redirect_uris": [
    "https://hub.example/signed-out"
  ],
  "grant_types": [
    "authorization_code",
    "refresh_token"
  ],
  "response_types": [
    "code"
  ],
  "scope": "openid profile email roles offline_access",
  "token_endpoint_auth_method": "private_key_jwt",
  "token_endpoint_auth_signing_alg": "ES256",
  "jwks_uri": "https://hub.example/oauth2/jwks",
  "backchannel_logout_uri": "https://hub.example/oauth2/backchannel/up",
  "backchannel_logout_session_required": true,
  "software_id": "fedhub"
}
`
	if got.String() != want {
		t.Errorf("got %s", got.String())
	}
}
