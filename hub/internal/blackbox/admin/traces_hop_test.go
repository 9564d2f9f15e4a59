package admin_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/traces"
)

func TestTracesOfTwoHubsLeadToOneAnother(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hubs := hubtest.NewPair(t, w)
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	there, here := hubs.Primary.Traced()[0], hubs.Secondary.Traced()[0]
	hubtest.Want(t, "the primary's trace came from", there.From, traces.Hop{Base: hubs.Secondary.URL, Ref: here.Ref})
	hubtest.Want(t, "the secondary's trace continues at", here.To, traces.Hop{Base: hubs.Primary.URL, Ref: there.Ref})
	for _, trace := range []traces.Trace{there, here} {
		hubtest.Want(t, "state", trace.State, traces.OK)
	}
	if !slices.ContainsFunc(here.Steps, func(s traces.Step) bool { return strings.HasPrefix(s.What, "upstream ") }) {
		t.Errorf("what the connector did is not in the trace: %+v", here.Steps)
	}
	// The secondary's reference finds the primary's trace if only that one is
	// known.
	hubtest.Want(t, "found by the other's reference", hubs.Primary.Trace(here.Ref).Ref, there.Ref)
}

func TestARefusalAtTheOtherHubIsFoundFromHere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hubs := hubtest.NewPair(t, w)
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	p := b.Submit(b.Authorize(a.Request()), "/signin/with/"+hubs.Key.ID)
	p = b.At(hubs.Primary).Follow(b.Hop(p))
	p = b.At(hubs.Primary).SignIn(p, "ada@example.org")
	p = b.At(hubs.Primary).Submit(p, "/consent", "decision", "cancel")
	p = b.Hop(p) // the secondary's error page
	here := hubs.Secondary.Trace(p.Reference(t))
	there := hubs.Primary.Traced()[0]
	hubtest.Want(t, "state here", here.State, traces.Failed)
	hubtest.Want(t, "state there", there.State, traces.Failed)
	hubtest.Want(t, "continues at", here.To, traces.Hop{Base: hubs.Primary.URL, Ref: there.Ref})
	if fix, _ := here.Fix(); fix.Path != "/admin/providers/"+hubs.Key.ID {
		t.Errorf("fix: %+v", fix)
	}
}

func TestAReferenceIsTakenFromHubsAlone(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	p := w.Browser().Authorize(a.Request("trace", "K7Q2-M4XD"))
	hubtest.Want(t, "from an app", w.Traced()[0].From, traces.Hop{})
	if strings.Contains(p.Location, "trace=") {
		t.Error("an app is told our reference")
	}
	hubs := hubtest.NewPair(t, w)
	for _, bad := range []string{"K7Q2-M4X", "<script>alert(1)</script>", strings.Repeat("K", 400), "K7Q2-M4XDK7Q2-M4XD"} {
		w.Browser().Authorize(url.Values{
			"client_id": {hubs.Secondary.URL + "/oauth2/client-metadata/" + hubs.Key.ID}, "response_type": {"code"}, "trace": {bad},
			"redirect_uri": {hubs.Secondary.URL + "/signin/from/" + hubs.Key.ID}, "scope": {"openid"},
			"code_challenge": {hubtest.Challenge(a.Verifier)}, "code_challenge_method": {"S256"},
		})
		hubtest.Want(t, "from a hub, "+bad, w.Traced()[0].From, traces.Hop{})
	}
}

// TestNoTraceHoldsASecret signs in through two hubs and searches the traces for
// every secret that passed (FE-43).
func TestNoTraceHoldsASecret(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hubs := hubtest.NewPair(t, w)
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	heard := &eavesdropper{next: b.Transport, seen: map[string]string{}}
	b.Transport = heard
	p := hubs.Through(b, a, "ada@example.org", "state", "a state nobody knows", "nonce", "a nonce nobody knows")
	code := b.Answer(p).Get("code")
	a.Redeem(code, "code_verifier", strings.Repeat("w", 43))
	a.Redeem(code)
	again := b.SignInTo(a, "ada@example.org").Get("code")
	r := a.Redeem(again)
	for name, secret := range map[string]string{
		"code": code, "second code": again, "access token": r.Str("access_token"), "ID token": r.Str("id_token"), "refresh token": r.Str("refresh_token"),
		"verifier": a.Verifier, "challenge": hubtest.Challenge(a.Verifier), "client secret": a.Secret, "password": hubtest.Password,
	} {
		heard.seen[secret] = name
	}
	text := hubtest.DumpOf(t, hubs.Primary, "traces") + hubtest.DumpOf(t, hubs.Secondary, "traces")
	if len(heard.seen) < 20 || strings.Count(text, "tokens.issued") < 1 {
		t.Fatalf("only %d secrets occurred, or nothing was traced:\n%s", len(heard.seen), text)
	}
	for secret, name := range heard.seen {
		if len(secret) >= 6 && strings.Contains(text, secret) {
			t.Errorf("the %s %q is in a trace", name, secret)
		}
	}
}

// An eavesdropper collects the secrets between a browser and the hubs: parameters
// by name, and every cookie.
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
		if !strings.HasSuffix(c.Name, "_via") && !strings.HasSuffix(c.Name, "_last") { // they contain the id of a login key, which is no secret
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
