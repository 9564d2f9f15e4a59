package hub_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/traces"
)

func TestTracesOfTwoHubsLeadToOneAnother(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hubs := newPair(t, w)
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	b.answer(hubs.through(b, a, "ada@example.org"))
	there, here := hubs.primary.traced()[0], hubs.secondary.traced()[0]
	want(t, "the primary's trace came from", there.From, traces.Hop{Base: hubs.secondary.URL, Ref: here.Ref})
	want(t, "the secondary's trace continues at", here.To, traces.Hop{Base: hubs.primary.URL, Ref: there.Ref})
	for _, trace := range []traces.Trace{there, here} {
		want(t, "state", trace.State, traces.OK)
	}
	if !slices.ContainsFunc(here.Steps, func(s traces.Step) bool { return strings.HasPrefix(s.What, "upstream ") }) {
		t.Errorf("what the connector did is not in the trace: %+v", here.Steps)
	}
	// The reference of the one finds the other where it is the only one known.
	want(t, "found by the other's reference", hubs.primary.trace(here.Ref).Ref, there.Ref)
}

func TestARefusalAtTheOtherHubIsFoundFromHere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hubs := newPair(t, w)
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	p := b.submit(b.authorize(a.request()), "/signin/with/"+hubs.key.ID)
	p = b.at(hubs.primary).follow(b.hop(p))
	p = b.at(hubs.primary).signIn(p, "ada@example.org")
	p = b.at(hubs.primary).submit(p, "/consent", "decision", "cancel")
	p = b.hop(p) // the secondary's error page
	here := hubs.secondary.trace(p.reference(t))
	there := hubs.primary.traced()[0]
	want(t, "state here", here.State, traces.Failed)
	want(t, "state there", there.State, traces.Failed)
	want(t, "continues at", here.To, traces.Hop{Base: hubs.primary.URL, Ref: there.Ref})
	if fix, _ := here.Fix(); fix.Path != "/admin/keys/"+hubs.key.ID {
		t.Errorf("fix: %+v", fix)
	}
}

func TestAReferenceIsTakenFromHubsAlone(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	p := w.browser().authorize(a.request("trace", "K7Q2-M4XD"))
	want(t, "from an app", w.traced()[0].From, traces.Hop{})
	if strings.Contains(p.Location, "trace=") {
		t.Error("an app is told our reference")
	}
	hubs := newPair(t, w)
	for _, bad := range []string{"K7Q2-M4X", "<script>alert(1)</script>", strings.Repeat("K", 400), "K7Q2-M4XDK7Q2-M4XD"} {
		w.browser().authorize(url.Values{
			"client_id": {hubs.secondary.URL + "/oauth2/client-metadata/" + hubs.key.ID}, "response_type": {"code"}, "trace": {bad},
			"redirect_uri": {hubs.secondary.URL + "/signin/from/" + hubs.key.ID}, "scope": {"openid"},
			"code_challenge": {challenge(a.verifier)}, "code_challenge_method": {"S256"},
		})
		want(t, "from a hub, "+bad, w.traced()[0].From, traces.Hop{})
	}
}

// TestNoTraceHoldsASecret walks through two hubs and looks for everything that
// must not be known to whoever reads a trace (FE-43).
func TestNoTraceHoldsASecret(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hubs := newPair(t, w)
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	heard := &eavesdropper{next: b.Transport, seen: map[string]string{}}
	b.Transport = heard
	p := hubs.through(b, a, "ada@example.org", "state", "a state nobody knows", "nonce", "a nonce nobody knows")
	code := b.answer(p).Get("code")
	a.redeem(code, "code_verifier", strings.Repeat("w", 43))
	a.redeem(code)
	again := b.signInTo(a, "ada@example.org").Get("code")
	r := a.redeem(again)
	for name, secret := range map[string]string{
		"code": code, "second code": again, "access token": r.str("access_token"), "ID token": r.str("id_token"), "refresh token": r.str("refresh_token"),
		"verifier": a.verifier, "challenge": challenge(a.verifier), "client secret": a.Secret, "password": password,
	} {
		heard.seen[secret] = name
	}
	text := dumpOf(t, hubs.primary, "traces") + dumpOf(t, hubs.secondary, "traces")
	if len(heard.seen) < 20 || strings.Count(text, "tokens.issued") < 1 {
		t.Fatalf("only %d secrets occurred, or nothing was traced:\n%s", len(heard.seen), text)
	}
	for secret, name := range heard.seen {
		if len(secret) >= 6 && strings.Contains(text, secret) {
			t.Errorf("the %s %q is in a trace", name, secret)
		}
	}
}

// An eavesdropper remembers the secrets that pass between a browser and the
// hubs: by their names, and every cookie.
type eavesdropper struct {
	next http.RoundTripper
	seen map[string]string // value to name
}

var secretParams = []string{"code", "state", "nonce", "code_challenge", "password", "csrf", "id_token", "stop", "retry"}

func (e *eavesdropper) RoundTrip(r *http.Request) (*http.Response, error) {
	e.hear(r.URL.Query())
	if r.GetBody != nil {
		if body, err := r.GetBody(); err == nil {
			if raw, err := io.ReadAll(body); err == nil {
				form, _ := url.ParseQuery(string(raw)) //nolint:errcheck // then there is nothing to hear
				e.hear(form)
			}
		}
	}
	next := e.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	for _, c := range append(r.Cookies(), resp.Cookies()...) {
		if !strings.HasSuffix(c.Name, "_via") && !strings.HasSuffix(c.Name, "_last") { // they name a login key, which is no secret
			e.seen[c.Value] = "cookie " + c.Name
		}
	}
	if to, err := resp.Location(); err == nil {
		e.hear(to.Query())
	}
	return resp, nil
}

func (e *eavesdropper) hear(v url.Values) {
	for _, name := range secretParams {
		if v.Get(name) != "" {
			e.seen[v.Get(name)] = name
		}
	}
}
