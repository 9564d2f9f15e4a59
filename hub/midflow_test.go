package hub_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/settings"
)

// What an administrator withdraws while a person is on the way is withdrawn:
// no code goes to it (RFC 6749 §3.1.2).
func TestWhatIsWithdrawnWhileAPersonIsOnTheWayGetsNoCode(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	op := w.operator()
	for what, change := range map[string][]string{
		"the client is switched off": {"disabled", "1"},
		"its address is withdrawn":   {"redirect_uris", "https://app.example.org/elsewhere", "default_redirect_uri", "https://app.example.org/elsewhere"},
	} {
		a := w.app()
		b := w.browser()
		p := b.signIn(b.authorize(a.request()), "ada@example.org")
		to, fields, found := form(p.Body, "/consent")
		if !found {
			t.Fatalf("%s: nobody was asked: %d %s", what, p.Status, p.Body)
		}
		path := "/admin/clients/" + a.ID
		want(t, what, op.submit(op.open(path), path, change...).Status, 200)
		w.clock.skip(3 * time.Second) // records are remembered for two

		on := b.open("/oauth2/authorize?flow=" + fields.Get("flow"))
		refusedPage(t, what+", and the person goes on", on)
		want(t, what+", and why is said", strings.Contains(on.Body, "set up correctly"), true)
		fields.Set("decision", "allow")
		after := b.follow(b.read(b.PostForm(w.URL+to, fields)))
		if after.Location != "" || after.Status < 400 || after.Status > 499 {
			t.Errorf("%s, and the person agrees: got %d, location %q", what, after.Status, after.Location)
		}
		if strings.Contains(dump(t, w), "families ") {
			t.Errorf("%s: a code was made", what)
		}
	}
}

func TestAClientThatComesBackIsAStranger(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	w.person("ada@example.org")
	op := w.operator()
	p := w.publish()
	back := p.address + "/callback"
	p.say(metadata{"redirect_uris": []string{back}, "application_type": "web"})
	b := w.browser()
	ask := func() page { return b.authorize(p.ask("redirect_uri", back)) }
	b.submit(b.signIn(ask(), "ada@example.org"), "/consent", "decision", "allow")
	if at := ask(); !strings.HasPrefix(at.Location, back) {
		t.Fatalf("what was allowed does not count: %d %s", at.Status, at.Location)
	}

	path := adminPath(op, p.ID)
	op.submit(op.open(path), path+"/delete", "confirm", "Your Bank")
	w.clock.skip(time.Hour)
	if strings.Contains(dump(t, w), "grants ") {
		t.Error("a grant to it is left")
	}
	if at := ask(); !strings.Contains(at.Body, `action="/consent"`) {
		t.Errorf("it met the person again and nobody was asked: %d %s", at.Status, at.Location)
	}
}

// adminPath is where the list of applications leads for this one.
func adminPath(op *browser, id string) string {
	op.w.Helper()
	body := op.open("/admin/clients").Body
	_, after, found := strings.Cut(body, `href="/admin/clients/http`)
	rest, _, closed := strings.Cut(after, `"`)
	if !found || !closed {
		op.w.Fatalf("%s is not in the list:\n%s", id, body)
	}
	return "/admin/clients/http" + rest
}

func TestWhatPeopleAllowedEndsWithTheRegistration(t *testing.T) { // RFC 7592 §2.3
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	w.person("ada@example.org")
	a, r := w.registered(metadata{"scope": "openid profile email"})
	other := w.app()
	b := w.browser()
	token := a.redeem(b.signInTo(a, "ada@example.org").Get("code")).str("access_token")
	b.signInTo(other, "ada@example.org")
	want(t, "before", w.userinfo(token).Status, 200)
	gone := w.sendJSON("DELETE", r.str("registration_client_uri"), r.str("registration_access_token"), nil)
	want(t, "unregistering", gone.Status, 204)
	kept := dump(t, w)
	if at := strings.Index(kept, "grants "); !strings.Contains(kept[at:], other.ID) {
		t.Error("consent to another client went with it")
	}
	for line := range strings.Lines(kept) {
		if strings.HasPrefix(line, "grants ") && strings.Contains(line, a.ID) {
			t.Errorf("a grant is left: %s", line)
		}
	}
	w.clock.skip(3 * time.Second)
	want(t, "its token", w.userinfo(token).Status, 401)
}
