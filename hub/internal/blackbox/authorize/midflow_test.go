package authorize_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// If an administrator removes a redirect URI during a sign-in, no code is sent to
// it (RFC 6749 §3.1.2).
func TestWhatIsWithdrawnWhileAPersonIsOnTheWayGetsNoCode(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	op := w.Operator()
	for what, change := range map[string][]string{
		"the client is switched off": {"disabled", "1"},
		"its address is withdrawn":   {"redirect_uris", "https://app.example.org/elsewhere", "default_redirect_uri", "https://app.example.org/elsewhere"},
	} {
		a := w.App()
		b := w.Browser()
		p := b.SignIn(b.Authorize(a.Request()), "ada@example.org")
		to, fields, found := hubtest.Form(p.Body, "/consent")
		if !found {
			t.Fatalf("%s: nobody was asked: %d %s", what, p.Status, p.Body)
		}
		path := "/admin/clients/" + a.ID
		hubtest.Want(t, what, op.Submit(op.Open(path), path, change...).Status, 200)
		w.Clock.Skip(3 * time.Second) // clients are cached for two seconds

		on := b.Open("/oauth2/authorize?flow=" + fields.Get("flow"))
		hubtest.RefusedPage(t, what+", and the person goes on", on)
		hubtest.Want(t, what+", and why is said", strings.Contains(on.Body, "set up correctly"), true)
		fields.Set("decision", "allow")
		after := b.Follow(b.Read(b.PostForm(w.URL+to, fields)))
		if after.Location != "" || after.Status < 400 || after.Status > 499 {
			t.Errorf("%s, and the person agrees: got %d, location %q", what, after.Status, after.Location)
		}
		if strings.Contains(hubtest.Dump(t, w), "families ") {
			t.Errorf("%s: a code was made", what)
		}
	}
}

func TestAClientThatComesBackIsAStranger(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	op := w.Operator()
	p := w.Publish()
	back := p.Address + "/callback"
	p.Say(hubtest.Metadata{"redirect_uris": []string{back}, "application_type": "web"})
	b := w.Browser()
	ask := func() hubtest.Page { return b.Authorize(p.Ask("redirect_uri", back)) }
	b.Submit(b.SignIn(ask(), "ada@example.org"), "/consent", "decision", "allow")
	if at := ask(); !strings.HasPrefix(at.Location, back) {
		t.Fatalf("what was allowed does not count: %d %s", at.Status, at.Location)
	}

	path := adminPath(op, p.ID)
	op.Submit(op.Open(path), path+"/delete", "confirm", "Your Bank")
	w.Clock.Skip(time.Hour)
	if strings.Contains(hubtest.Dump(t, w), "grants ") {
		t.Error("a grant to it is left")
	}
	if at := ask(); !strings.Contains(at.Body, `action="/consent"`) {
		t.Errorf("it met the person again and nobody was asked: %d %s", at.Status, at.Location)
	}
}

// adminPath is the link to this application in the list.
func adminPath(op *hubtest.Browser, id string) string {
	op.W.Helper()
	body := op.Open("/admin/clients").Body
	_, after, found := strings.Cut(body, `href="/admin/clients/http`)
	rest, _, closed := strings.Cut(after, `"`)
	if !found || !closed {
		op.W.Fatalf("%s is not in the list:\n%s", id, body)
	}
	return "/admin/clients/http" + rest
}

func TestWhatPeopleAllowedEndsWithTheRegistration(t *testing.T) { // RFC 7592 §2.3
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	a, r := w.Registered(hubtest.Metadata{"scope": "openid profile email"})
	other := w.App()
	b := w.Browser()
	token := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("access_token")
	b.SignInTo(other, "ada@example.org")
	hubtest.Want(t, "before", w.Userinfo(token).Status, 200)
	gone := w.SendJSON("DELETE", r.Str("registration_client_uri"), r.Str("registration_access_token"), nil)
	hubtest.Want(t, "unregistering", gone.Status, 204)
	kept := hubtest.Dump(t, w)
	if at := strings.Index(kept, "grants "); !strings.Contains(kept[at:], other.ID) {
		t.Error("consent to another client went with it")
	}
	for line := range strings.Lines(kept) {
		if strings.HasPrefix(line, "grants ") && strings.Contains(line, a.ID) {
			t.Errorf("a grant is left: %s", line)
		}
	}
	w.Clock.Skip(3 * time.Second)
	hubtest.Want(t, "its token", w.Userinfo(token).Status, 401)
}
