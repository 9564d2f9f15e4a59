package tokens_test

import (
	"errors"
	"io/fs"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
)

// The lifetimes are repeated here, because a test that reads them from the code
// would accept any value.
func TestEveryTokenHasItsLife(t *testing.T) {
	w := newWorld(t)
	f := w.signIn(w.app, "openid", "roles")
	id, err := w.ID(t.Context(), tokens.ID{Client: w.app, Family: f, User: w.ada, Scopes: f.Scopes})
	w.must(err)
	own, err := w.ForClient(t.Context(), w.app.ID, []string{"files"}, nil, oauth.Confirmation{})
	w.must(err)
	logout, err := w.Logout(t.Context(), w.app, "ada", "the session")
	w.must(err)
	response, err := w.Response(t.Context(), w.app, url.Values{"code": {"x"}})
	w.must(err)
	for what, row := range map[string]struct {
		raw  string
		life time.Duration
	}{
		"an access token":        {w.token(f), 15 * time.Minute},
		"a client's own":         {own.Token, 15 * time.Minute},
		"an ID token":            {id, 15 * time.Minute},
		"a logout token":         {logout, 2 * time.Minute}, // OIDC Back-Channel Logout §2.6
		"a signed authorization": {response, 5 * time.Minute},
	} {
		if got, _ := w.claims(row.raw)["exp"].(float64); int64(got) != w.time.Add(row.life).Unix() {
			t.Errorf("%s: exp is %v, want %s from now", what, got, row.life)
		}
	}
	raw := w.token(f)
	w.pass(15*time.Minute - time.Second)
	w.good("a second before its end", raw)
	w.pass(time.Second)
	w.invalid("at its end", raw)
}

func TestAnAccessTokenEndsWithWhatItHangsOn(t *testing.T) {
	for what, end := range map[string]func(w *world, raw string){
		"the consent is taken back": func(w *world, _ string) { w.must(w.Grants.Remove(t.Context(), "ada", "payroll")) },
		"consent is given again": func(w *world, _ string) {
			w.must(w.Grants.Remove(t.Context(), "ada", "payroll"))
			w.signIn(w.app, "openid")
		},
		"the client revokes it": func(w *world, raw string) {
			revoked, err := w.Revoke(t.Context(), raw, "payroll")
			if err != nil || !revoked {
				t.Errorf("revoking: got %v, %v", revoked, err)
			}
		},
		"the session is ended":               func(w *world, _ string) { w.must(w.Grants.RevokeSession(t.Context(), "the session")) },
		"the person is switched off":         func(w *world, _ string) { w.person(func(u *users.User) { u.Disabled = true }) },
		"the person is signed out all over":  func(w *world, _ string) { w.person(func(u *users.User) { u.SessionGeneration++ }) },
		"the person is removed":              func(w *world, _ string) { w.must(w.people.Delete(t.Context(), "ada")) },
		"the client is removed":              func(w *world, _ string) { w.must(w.registry.Delete(t.Context(), "payroll")) },
		"the hub has another issuer by then": func(w *world, _ string) { w.Issuer = "https://other.example.org" },
	} {
		w := newWorld(t)
		raw := w.token(w.signIn(w.app, "openid", "roles"))
		if h := w.good("at first", raw); h.User.ID != "ada" || h.Family.ClientID != "payroll" {
			t.Errorf("it speaks for %q of %q", h.User.ID, h.Family.ClientID)
		}
		end(w, raw)
		w.pass(3 * time.Second) // clients are remembered for two
		w.invalid(what, raw)
	}
}

func TestOpaqueTokensEndTheSameWay(t *testing.T) {
	w := newWorld(t, func(c *clients.Client) { c.OpaqueTokens = true })
	f := w.signIn(w.app, "openid")
	raw := w.token(f)
	w.good("at first", raw)
	w.invalid("cut off", raw[:len(raw)-1])
	w.invalid("a made-up one", "fha_x")
	w.pass(15 * time.Minute)
	w.invalid("at its end", raw)
	again := w.token(f)
	w.must(w.Grants.Revoke(t.Context(), f.ID, "a test"))
	w.invalid("revoked", again)
}

func TestNothingIsIssuedOnceThePersonIsGone(t *testing.T) {
	for what, row := range map[string]struct {
		scope string // in addition to openid
		end   func(w *world)
		goes  bool
	}{
		"nothing happened":                     {"roles", func(*world) {}, true},
		"the session ended":                    {"roles", func(w *world) { w.ended["the session"] = true }, false},
		"the session ended, and that was said": {"offline_access", func(w *world) { w.ended["the session"] = true }, true},
		"the person is switched off":           {"offline_access", func(w *world) { w.person(func(u *users.User) { u.Disabled = true }) }, false},
		"the person is signed out all over":    {"offline_access", func(w *world) { w.person(func(u *users.User) { u.SessionGeneration++ }) }, false},
		"the consent is taken back":            {"offline_access", func(w *world) { w.must(w.Grants.Remove(t.Context(), "ada", "payroll")) }, false},
	} {
		w := newWorld(t)
		f := w.signIn(w.app, "openid", row.scope)
		row.end(w)
		u, err := w.UserOf(t.Context(), f)
		if row.goes && (err != nil || u.ID != "ada") || !row.goes && (!errors.Is(err, fs.ErrNotExist) || u.ID != "") {
			t.Errorf("%s: got %q, %v", what, u.ID, err)
		}
	}
}

func TestATokenIsGoodWhereItWasMadeFor(t *testing.T) { // RFC 9068 §4
	w := newWorld(t, func(c *clients.Client) { c.Resources = []string{"https://files.example.org/"} })
	_, err := w.APIs.Add(t.Context(), "https://files.example.org/", apis.Edit{Name: "Files"})
	w.must(err)
	f := w.signIn(w.app, "openid")
	f.Terms.Resources = []string{"https://files.example.org/"}
	raw := w.token(f)
	w.invalid("at the hub", raw)
	if _, err := w.Inspect(t.Context(), raw); err != nil {
		t.Errorf("to look at: %v", err)
	}
	f.Terms.Resources = append(f.Terms.Resources, issuer)
	w.good("made for both", w.token(f))
	w.Issuer = "https://other.example.org"
	if _, err := w.Inspect(t.Context(), raw); !errors.Is(err, tokens.ErrInvalid) {
		t.Errorf("issued by another hub: got %v, want that it is not valid", err)
	}
}

func TestAnAPIChoosesItsTokensAndEndsThem(t *testing.T) {
	w := newWorld(t)
	const short, plain, own = "https://short.example.org", "https://plain.example.org", "https://jwt.example.org"
	for identifier, e := range map[string]apis.Edit{
		short: {Name: "Short", Life: 2 * time.Minute, Format: apis.Opaque}, plain: {Name: "Plain", Life: time.Hour}, own: {Name: "JWT", Format: apis.JWT},
	} {
		_, err := w.APIs.Add(t.Context(), identifier, e)
		w.must(err)
	}
	opaque := w.client("opaque", func(c *clients.Client) { c.OpaqueTokens = true })
	for _, row := range []struct {
		client    clients.Client
		resources []string
		life      int64
		opaque    bool
	}{
		{w.app, []string{short}, 120, true}, {w.app, []string{plain}, 3600, false}, {w.app, []string{own}, 900, false},
		{w.app, []string{plain, short}, 120, true}, {opaque, []string{plain}, 3600, true}, {opaque, []string{own}, 900, false},
		{opaque, []string{own, short}, 120, true}, {w.app, nil, 900, false},
	} {
		issued, err := w.ForClient(t.Context(), row.client.ID, nil, row.resources, oauth.Confirmation{})
		w.must(err)
		h, err := w.Inspect(t.Context(), issued.Token)
		w.must(err)
		if issued.ExpiresIn != row.life || h.Expires-h.Issued != row.life || (strings.Count(issued.Token, ".") != 2) != row.opaque {
			t.Errorf("%s for %v: got %d seconds, %q", row.client.ID, row.resources, issued.ExpiresIn, issued.Token)
		}
	}
	issued, err := w.ForClient(t.Context(), w.app.ID, nil, []string{plain}, oauth.Confirmation{})
	w.must(err)
	gone, err := w.APIs.Delete(t.Context(), plain)
	w.must(err)
	inspect := func(what string) {
		t.Helper()
		if _, err := w.Inspect(t.Context(), issued.Token); !errors.Is(err, tokens.ErrInvalid) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	inspect("a token of a deleted API")
	w.must(w.APIs.Forget(t.Context(), gone))
	w.pass(2 * time.Second)
	_, err = w.APIs.Add(t.Context(), plain, apis.Edit{Name: "A later one"})
	w.must(err)
	inspect("a token of an earlier API with the same identifier")
}

func TestRolesAreToldToWhoMayAskForThem(t *testing.T) { // RFC 9068 §2.2.3.1
	w := newWorld(t)
	if roles, _ := w.claims(w.token(w.signIn(w.app, "openid", "roles")))["roles"].([]any); len(roles) != 1 || roles[0] != "clerk" {
		t.Errorf("with the scope: got %v, want clerk", roles)
	}
	if roles := w.claims(w.token(w.signIn(w.app, "openid")))["roles"]; roles != nil {
		t.Errorf("without the scope: got %v", roles)
	}
}

func TestOneKindOfTokenIsNotTakenForAnother(t *testing.T) { // RFC 8725 §3.11
	w := newWorld(t)
	f := w.signIn(w.app, "openid")
	access := w.token(f)
	id, err := w.ID(t.Context(), tokens.ID{Client: w.app, Family: f, User: w.ada, Scopes: f.Scopes})
	w.must(err)
	logout, err := w.Logout(t.Context(), w.app, "ada", "the session")
	w.must(err)
	response, err := w.Response(t.Context(), w.app, url.Values{"code": {"x"}})
	w.must(err)
	w.good("an access token", access)
	for what, raw := range map[string]string{"an ID token": id, "a logout token": logout, "a response": response, "nothing": "", "nonsense": "a.b.c"} {
		w.invalid(what+" for an access token", raw)
	}
	if h, err := w.Hint(t.Context(), id); err != nil || h.ClientID != "payroll" || h.Subject != "ada" || h.SID != "the session" {
		t.Errorf("an ID token as a hint: got %+v, %v", h, err)
	}
	w.pass(24 * time.Hour)
	if _, err := w.Hint(t.Context(), id); err != nil {
		t.Errorf("an old one: %v", err) // it names a person and proves nothing
	}
	for what, raw := range map[string]string{"an access token": access, "a logout token": logout, "a response": response} {
		if h, err := w.Hint(t.Context(), raw); !errors.Is(err, tokens.ErrInvalid) || h.Subject != "" {
			t.Errorf("%s for a hint: got %+v, %v, want that it is not valid", what, h, err)
		}
	}
	w.Issuer = "https://other.example.org"
	if _, err := w.Hint(t.Context(), id); !errors.Is(err, tokens.ErrInvalid) {
		t.Errorf("another hub's ID token: got %v, want that it is not valid", err)
	}
}

func TestAClientRevokesItsOwnTokens(t *testing.T) { // RFC 7009 §2.1, §2.2
	w := newWorld(t)
	f := w.signIn(w.app, "openid")
	raw, sibling := w.token(f), w.token(f)
	own, err := w.ForClient(t.Context(), "payroll", []string{"files"}, nil, oauth.Confirmation{})
	w.must(err)
	for what, token := range map[string]string{"a person's": raw, "its own": own.Token} {
		if revoked, err := w.Revoke(t.Context(), token, "mail"); err != nil || revoked {
			t.Errorf("%s, by another client: got %v, %v, want nothing", what, revoked, err)
		}
		w.good(what+" afterwards", token)
	}
	for range 2 { // a second time is no error
		if revoked, err := w.Revoke(t.Context(), own.Token, "payroll"); err != nil || !revoked {
			t.Errorf("its own: got %v, %v", revoked, err)
		}
	}
	w.invalid("its own, revoked", own.Token)
	w.good("another of it", raw)
	if revoked, err := w.Revoke(t.Context(), raw, "payroll"); err != nil || !revoked {
		t.Errorf("a person's: got %v, %v", revoked, err)
	}
	w.invalid("a sibling of what was revoked", sibling)
	if revoked, err := w.Revoke(t.Context(), "nonsense", "payroll"); err != nil || revoked {
		t.Errorf("nonsense: got %v, %v, want nothing", revoked, err)
	}
}

func TestWhatWasExchangedEndsWithEachOfItsParents(t *testing.T) { // RFC 8693 §2.1
	w := newWorld(t)
	gateway := w.client("gateway")
	first := w.token(w.signIn(w.app, "openid", "files", "roles"))
	swap := func(raw string, scopes ...string) string {
		t.Helper()
		h, err := w.Inspect(t.Context(), raw)
		w.must(err)
		out, _, err := w.Exchange(t.Context(), h, tokens.Exchange{Client: gateway, Scopes: scopes})
		w.must(err)
		return out.Token
	}
	w.pass(5 * time.Minute)
	second := swap(first, "openid", "files")
	third := swap(second, "files")
	claims := w.claims(third)
	if claims["sub"] != "ada" || claims["client_id"] != "gateway" || claims["scope"] != "files" || claims["acr"] != "urn:a" || claims["roles"] != nil {
		t.Errorf("got %v", claims)
	}
	if w.claims(swap(first, "roles"))["roles"] == nil {
		t.Error("the roles that were asked for are missing")
	}
	w.good("the third", third)
	if revoked, err := w.Revoke(t.Context(), second, "gateway"); err != nil || !revoked {
		t.Errorf("revoking: got %v, %v", revoked, err)
	}
	w.invalid("the second, revoked", second)
	w.invalid("what came of it", third)
	w.good("what it came from", first)
	again := swap(first, "files")
	w.pass(10*time.Minute - time.Second)
	w.good("while the first lives", again)
	w.pass(time.Second)
	w.invalid("as long as the first, and no longer", again)
}

func TestPairwiseNamesDifferBySectorAlone(t *testing.T) { // OIDC Core §8.1
	w := newWorld(t)
	pairwise := func(c *clients.Client) { c.SubjectType = clients.Pairwise }
	w.client("one", pairwise)
	w.client("two", pairwise)
	w.client("three", pairwise, func(c *clients.Client) { c.RedirectURIs = []string{"https://one.example.org/other"} })
	sub := func(client, user string) string {
		t.Helper()
		s, err := w.Subject(t.Context(), client, user)
		w.must(err)
		return s
	}
	if sub("one", "ada") == sub("two", "ada") || sub("one", "ada") == sub("one", "bob") || sub("one", "ada") == "ada" {
		t.Error("two names are one")
	}
	if sub("one", "ada") != sub("three", "ada") {
		t.Error("two clients of one sector know her by two names")
	}
	if sub("payroll", "ada") != "ada" {
		t.Error("a public name is not the person's id")
	}
	if _, err := w.Subject(t.Context(), "gone", "ada"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a client that is gone: got %v", err)
	}
}
