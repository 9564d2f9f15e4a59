package signin_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A provider may ignore prompt=login and report an old auth_time. That does not
// satisfy an app with max_age, but is no error: a proof at the hub replaces it. A
// user without one returns with login_required (OIDC Core §3.1.2.1).
func TestAnOldSignInLeadsToAProofMadeHere(t *testing.T) {
	for _, pairs := range [][]string{{"prompt", "login"}, {"max_age", "0"}, {"max_age", "600"}} {
		hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) { k.Enabled, k.SignUps, k.TrustEmail = true, federation.Allow, true })
		hubs.Primary.Person("ada@example.org")
		w := hubs.Secondary
		a := w.App()
		b := w.Browser()
		enter := func() {
			b.Walk(b.Post(b.Open("/signin?local=1&switch=1"), "/signin/with/company"), "ada@example.org", hubs.Primary, w)
			hubs.Skip(time.Hour)
		}
		again := func() hubtest.Page {
			t.Helper()
			p := b.Post(b.Authorize(a.Request(pairs...)), "/signin/with/company")
			to, err := url.Parse(p.Location)
			if err != nil || !to.Query().Has("max_age") {
				t.Fatalf("%q asks for nothing, %v", p.Location, err)
			}
			q := to.Query()
			q.Del("prompt")
			q.Del("max_age")
			to.RawQuery = q.Encode()
			p.Location = to.String()
			return b.Walk(p, "", hubs.Primary, w)
		}
		enter()
		if got := b.Answer(again()); got.Get("error") != "login_required" {
			t.Errorf("%q, without a proof of her own: got %v", pairs, got)
		}

		ada, err := w.Hub.FindUser(t.Context(), "ada@example.org")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Hub.People().SetPassword(t.Context(), ada.ID, hubtest.Password); err != nil {
			t.Fatal(err)
		}
		b = w.Browser()
		enter()
		p := again()
		if p.URL.Path != "/signin/prove" {
			t.Fatalf("%q, with a password: at %s:\n%s", pairs, p.URL, p.Body)
		}
		before := float64(w.Clock.Now().Unix())
		p = b.Prove(p)
		if strings.Contains(p.Body, `action="/consent"`) {
			p = b.Submit(p, "/consent", "decision", "allow")
		}
		claims := hubtest.ClaimsOf(t, a.Redeem(b.Answer(p).Get("code")).Str("id_token"))
		if got, _ := claims["auth_time"].(float64); got < before {
			t.Errorf("%q, with a proof made here: got %v, want %v or a moment later", pairs, got, before)
		}

		// The session's sign-in method is still the provider.
		last := ""
		for _, c := range b.CookiesAt(w.URL) {
			if strings.HasSuffix(c.Name, "_last") {
				last = c.Value
			}
		}
		hubtest.Want(t, "the way that the browser remembers", last, "company")
		onRecord := 0
		for line := range strings.Lines(hubtest.DumpOf(t, w, "audit")) {
			if strings.Contains(line, "signin.ok") && strings.Contains(line, "company") {
				onRecord++
			}
		}
		hubtest.Want(t, "sign-ins by it on record: two, two more that were too old, and the proof", onRecord, 5)
	}
}
