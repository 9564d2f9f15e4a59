package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
)

// userID is who has an address.
func (w *world) userID(t *testing.T, email string) string {
	t.Helper()
	u, err := w.Hub.FindUser(t.Context(), email)
	done(t, err)
	return u.ID
}

// newHubs are a pair whose primary has ada, and an app and a browser at the
// secondary.
func newHubs(t *testing.T, change ...func(*federation.LoginKey)) (hubs pair, a *app, b *browser) {
	t.Helper()
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hubs = newPair(t, w, change...)
	return hubs, hubs.secondary.app(), hubs.secondary.browser()
}

// clientOf is what the secondary is called at the primary.
func (p pair) clientOf() string { return p.secondary.Hub.ClientMetadata(p.key.ID) }

var upstreamActs = []act[bare]{
	{"somebody new comes from another hub, and comes again", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		l := hubs.secondary.ledger()
		hubs.through(b, a, "ada@example.org")
		ada := hubs.secondary.userID(t, "ada@example.org")
		came := audit.Event{Kind: audit.SignInOK, Actor: ada, Client: a.ID, LoginKey: hubs.key.ID}
		l.stored(t, byRequest(
			audit.Event{Kind: audit.LinkMade, Actor: ada, Client: a.ID, LoginKey: hubs.key.ID, Reason: "Nobody here has this identity", Detail: map[string]string{"row": "*", "action": "create"}},
			came, audit.Event{Kind: audit.ConsentGiven, Actor: ada, Client: a.ID})...)
		l = hubs.secondary.ledger()
		hubs.through(hubs.secondary.browser(), a, "ada@example.org")
		l.stored(t, byRequest(
			audit.Event{Kind: audit.UpstreamOK, Actor: ada, Client: a.ID, LoginKey: hubs.key.ID, Reason: "linked", Detail: map[string]string{"row": "*", "action": "*"}}, came)...)
	}},
	{"somebody is turned away", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t, func(k *federation.LoginKey) { k.SignUps = federation.Deny })
		l := hubs.secondary.ledger()
		hubs.through(b, a, "ada@example.org")
		l.stored(t, byRequest(audit.Event{Kind: audit.LinkRefused, Client: a.ID, LoginKey: hubs.key.ID, Reason: "sign-ups", Detail: map[string]string{"row": "*", "action": "refuse"}})...)
	}},
	{"the other hub is away", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		back := hubs.abroad(b, b.post(b.authorize(a.request()), "/signin/with/"+hubs.key.ID), "ada@example.org")
		hubs.primary.stop()
		l := hubs.secondary.ledger()
		b.hop(back)
		l.stored(t, byRequest(audit.Event{Kind: audit.UpstreamError, Client: a.ID, LoginKey: hubs.key.ID, Reason: "*"})...)
	}},
	{"somebody says no at a site", func(t *testing.T, _ bare) {
		s := above(t, frappetest.G1)
		a, b := s.app(), s.browser()
		p := b.authorize(a.request())
		l := s.ledger()
		s.come(b, p, ashaThere, frappetest.Deny)
		l.stored(t, byRequest(audit.Event{Kind: audit.UpstreamError, LoginKey: "erp", Reason: "access_denied"})...)
	}},
	{"a site takes no tokens back", func(t *testing.T, _ bare) {
		s := above(t, frappetest.G1, keeping, func(k *federation.LoginKey) { k.SignUps = federation.Deny })
		s.site.Edit(func(site *frappetest.Site) {
			site.Before = func(rw http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, ".revoke_token") {
					return false
				}
				rw.WriteHeader(http.StatusInternalServerError)
				return true
			}
		})
		a, b := s.app(), s.browser()
		p := b.authorize(a.request())
		l := s.ledger()
		s.come(b, p, ashaThere, frappetest.Allow)
		l.stored(t, byRequest(audit.Event{Kind: audit.LinkRefused, Client: a.ID, LoginKey: "erp", Reason: "*", Detail: map[string]string{"row": "*", "action": "refuse"}})...)
		l.noted(t, audit.Event{Kind: audit.UpstreamError, LoginKey: "erp", Reason: "not taken back"})
	}},
	{"a sign-in without questions comes to nothing", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t, straight)
		b.open("/signin?local=1")
		l := hubs.secondary.ledger()
		b.walk(b.authorize(a.request("prompt", "none")), "", hubs.primary, hubs.secondary)
		l.stored(t)
		l.noted(t, byRequest(
			audit.Event{Kind: audit.UpstreamError, Client: a.ID, LoginKey: hubs.key.ID, Reason: "*"},
			audit.Event{Kind: audit.RequestRefused, Client: a.ID, Reason: "login_required"})...)
	}},
	{"an administrator tries a login key", func(t *testing.T, _ bare) {
		hubs := newProvider(t)
		hubs.primary.person("ada@example.org")
		b := hubs.secondary.operator()
		l := hubs.secondary.ledger()
		hubs.tested(b, "ada@example.org")
		l.stored(t, byRequest(audit.Event{Kind: audit.KeyTried, Actor: hubs.secondary.userID(t, "root@example.org"), LoginKey: "company", Detail: map[string]string{"result": "ok"}})...)
	}},
	{"an administrator tries a login key that leads nowhere", func(t *testing.T, _ bare) {
		hubs := newProvider(t)
		b := hubs.secondary.operator()
		hubs.primary.stop()
		l := hubs.secondary.ledger()
		hubs.tested(b, "ada@example.org")
		l.stored(t, byRequest(audit.Event{Kind: audit.KeyTried, Actor: hubs.secondary.userID(t, "root@example.org"), LoginKey: "company", Reason: "*", Detail: map[string]string{"result": "*"}})...)
	}},
}

// newLetters are two hubs, the second of which sends emails and has ada too.
func newLetters(t *testing.T) (hubs pair, post *postbox, ada users.User) {
	t.Helper()
	hubs, post = lettered(t)
	hubs.primary.person("ada@example.org")
	return hubs, post, hubs.secondary.person("ada@example.org")
}

// connected is the form of the page of connections that a browser comes back
// to from the other hub.
func (p pair) connect(b *browser) page {
	p.secondary.Helper()
	back := p.abroad(b, b.post(b.open("/account/connections"), "/account/connect/"+p.key.ID), "ada@example.org")
	return b.follow(b.hop(back))
}

var linkingActs = []act[bare]{
	{"an account is linked by its password, and the email undoes it", func(t *testing.T, _ bare) {
		hubs, post, ada := newLetters(t)
		a, b := hubs.secondary.app(), hubs.secondary.browser()
		p := hubs.through(b, a, "ada@example.org")
		l := hubs.secondary.ledger()
		b.at(hubs.secondary).submit(p, "/signin/link", "password", password)
		l.stored(t, byRequest(
			audit.Event{Kind: audit.LinkMade, Actor: ada.ID, LoginKey: hubs.key.ID, Reason: "password", Detail: map[string]string{"row": "*", "record": "*"}},
			audit.Event{Kind: audit.SignInOK, Actor: ada.ID, Client: a.ID, LoginKey: hubs.key.ID})...)
		reader := hubs.secondary.browser()
		p = reader.open(post.pick(t, "ada@example.org", "/wasnt-me"))
		l = hubs.secondary.ledger()
		reader.submit(p, "/wasnt-me")
		l.stored(t, byRequest(audit.Event{Kind: audit.LinkUndone, Actor: users.ByLetter, Target: ada.ID, LoginKey: hubs.key.ID, Detail: map[string]string{"record": "*"}})...)
	}},
	{"an account can be proved by nothing", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		ada, err := hubs.secondary.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "ada@example.org", Password: password})
		done(t, err)
		l := hubs.secondary.ledger()
		hubs.through(b, a, "ada@example.org")
		l.stored(t, byRequest(audit.Event{Kind: audit.LinkRefused, Target: ada.ID, LoginKey: hubs.key.ID, Reason: "letter"})...)
	}},
	{"somebody connects, disconnects and undoes that", func(t *testing.T, _ bare) {
		hubs, _, _ := newLetters(t)
		other := hubs.secondary.person("other@example.org")
		b := hubs.here("other@example.org")
		l := hubs.secondary.ledger()
		hubs.connect(b)
		l.stored(t, own(other, audit.Event{Kind: audit.LinkMade, LoginKey: hubs.key.ID, Reason: "*", Detail: map[string]string{"row": "*", "record": "*"}})...)
		p := b.open("/account/connections")
		l = hubs.secondary.ledger()
		b.submit(p, "/account/connections/remove")
		l.stored(t, own(other, audit.Event{Kind: audit.LinkRemoved, LoginKey: hubs.key.ID})...)
		p = b.open("/account/connections")
		l = hubs.secondary.ledger()
		b.submit(p, "/account/connections/undo")
		l.stored(t, own(other, audit.Event{Kind: audit.LinkUndone, LoginKey: hubs.key.ID, Detail: map[string]string{"record": "*"}})...)
	}},
	{"somebody connects what is another's", func(t *testing.T, _ bare) {
		hubs, _, _ := newLetters(t)
		other := hubs.secondary.person("other@example.org")
		b := hubs.secondary.browser()
		p := hubs.through(b, hubs.secondary.app(), "ada@example.org")
		b.at(hubs.secondary).submit(p, "/signin/link", "password", password)
		b = hubs.here("other@example.org")
		l := hubs.secondary.ledger()
		hubs.connect(b)
		l.stored(t, own(other, audit.Event{Kind: audit.LinkRefused, LoginKey: hubs.key.ID, Reason: "*", Detail: map[string]string{"row": "*", "record": ""}})...)
	}},
}

var tieActs = []act[bare]{
	{"the other hub ended somebody", func(t *testing.T, _ bare) {
		hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
		_, err := hubs.primary.Hub.People().SetDisabled(t.Context(), ada(t, hubs.primary), true)
		done(t, err)
		hubs.skip(6 * time.Minute)
		l := hubs.secondary.ledger()
		a.refresh(r.str("refresh_token"))
		l.stored(t, audit.Event{Kind: audit.UpstreamEnded, Target: ada(t, hubs.secondary), LoginKey: hubs.key.ID, Reason: "*"})
	}},
	{"the other hub is silent", func(t *testing.T, _ bare) {
		hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
		hubs.primary.stop()
		hubs.skip(6 * time.Minute)
		l := hubs.secondary.ledger()
		a.refresh(r.str("refresh_token"))
		l.stored(t)
		l.noted(t, append(byRequest(audit.Event{Kind: audit.TokensIssued, Client: a.ID, Detail: map[string]string{"grant": "refresh_token"}}),
			audit.Event{Kind: audit.UpstreamError, Target: ada(t, hubs.secondary), LoginKey: hubs.key.ID, Reason: "*"})...)
	}},
}

var hubActs = []act[bare]{
	{"a hub asks to be let in by an invite", func(t *testing.T, _ bare) {
		primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
		there, here := primary.ledger(), secondary.ledger()
		hubs := join(t, primary, secondary)
		there.stored(t,
			audit.Event{Kind: audit.InviteMade, Actor: "test"},
			byRequest(audit.Event{Kind: audit.ServerAsked, Client: hubs.clientOf(), Detail: map[string]string{"state": "active", "via": clients.ViaInvite}})[0])
		here.stored(t,
			audit.Event{Kind: audit.KeyAdded, Actor: "test", LoginKey: hubs.key.ID, Target: primary.URL},
			audit.Event{Kind: audit.KeyJoined, LoginKey: hubs.key.ID, Detail: map[string]string{"status": "active"}})
		there = primary.ledger()
		done(t, primary.Hub.DecideServer(t.Context(), "test", hubs.clientOf(), clients.Suspended))
		there.stored(t, audit.Event{Kind: audit.ServerDecided, Actor: "test", Client: hubs.clientOf(), Detail: map[string]string{"decision": "suspended"}})
	}},
	{"an administrator lets a hub in, and lets it go", func(t *testing.T, _ bare) {
		hubs, _, there, server := peers(t)
		root := hubs.primary.userID(t, "root@example.org")
		for _, decision := range []string{"suspend", "resume"} {
			p := there.open("/admin/servers")
			l := hubs.primary.ledger()
			there.submit(p, "/admin/servers/"+decision, "server", server)
			l.stored(t, byRequest(audit.Event{Kind: audit.ServerDecided, Actor: root, Client: server, Detail: map[string]string{"decision": decision}})...)
		}
		p := there.open("/admin/servers")
		l := hubs.primary.ledger()
		there.submit(p, "/admin/servers/invite")
		l.stored(t, byRequest(audit.Event{Kind: audit.InviteMade, Actor: root})...)
		l = hubs.primary.ledger()
		there.submit(p, "/admin/servers/remove", "server", server)
		host, _ := url.Parse(hubs.secondary.URL)
		l.stored(t, byRequest(audit.Event{Kind: audit.ServerRemoved, Actor: root, Client: server, Target: host.Host})...)
	}},
	{"a hub hears what was decided about it", func(t *testing.T, _ bare) {
		hubs, _, there, server := peers(t)
		there.submit(there.open("/admin/servers"), "/admin/servers/suspend", "server", server)
		hubs.skip(11 * time.Minute)
		l := hubs.secondary.ledger()
		hubs.secondary.Hub.Chores(t.Context())
		l.stored(t, audit.Event{Kind: audit.KeyJoined, Actor: "schedule", LoginKey: hubs.key.ID, Detail: map[string]string{"status": "suspended"}})
	}},
	{"an administrator asks the other hub again", func(t *testing.T, _ bare) {
		hubs, here, _, _ := peers(t)
		path := "/admin/keys/" + hubs.key.ID
		_, err := hubs.secondary.Hub.JoinPrimary(t.Context(), hubs.key.ID, "")
		done(t, err)
		hubs.primary.Hub.DecideServer(t.Context(), "test", hubs.clientOf(), clients.Suspended) //nolint:errcheck // the page would say so
		_, err = hubs.secondary.Hub.JoinPrimary(t.Context(), hubs.key.ID, "")
		done(t, err)
		p := here.open(path)
		l := hubs.secondary.ledger()
		here.submit(p, path+"/join")
		l.stored(t, byRequest(audit.Event{Kind: audit.KeyChanged, Actor: hubs.secondary.userID(t, "root@example.org"), LoginKey: hubs.key.ID, Detail: map[string]string{"join": "suspended"}})...)
	}},
	{"a hub takes leave", func(t *testing.T, _ bare) {
		hubs, here, _, server := peers(t)
		path := "/admin/keys/" + hubs.key.ID + "/delete"
		p := here.open(path)
		there, at := hubs.primary.ledger(), hubs.secondary.ledger()
		here.submit(p, path, "confirm", hubs.key.Name)
		there.stored(t, byRequest(audit.Event{Kind: audit.ServerLeft, Client: server})...)
		at.stored(t, byRequest(audit.Event{Kind: audit.KeyRemoved, Actor: hubs.secondary.userID(t, "root@example.org"), LoginKey: hubs.key.ID})...)
	}},
	{"a hub cannot take leave", func(t *testing.T, _ bare) {
		hubs, here, _, _ := peers(t)
		path := "/admin/keys/" + hubs.key.ID + "/delete"
		p := here.open(path)
		hubs.primary.stop()
		root := hubs.secondary.userID(t, "root@example.org")
		l := hubs.secondary.ledger()
		here.submit(p, path, "confirm", hubs.key.Name)
		l.stored(t, byRequest(
			audit.Event{Kind: audit.KeyChanged, Actor: root, LoginKey: hubs.key.ID, Reason: "*", Detail: map[string]string{"told": "no"}},
			audit.Event{Kind: audit.KeyRemoved, Actor: root, LoginKey: hubs.key.ID})...)
	}},
	{"a stranger calls itself a hub", func(t *testing.T, _ bare) {
		hubs, _, _, server := peers(t)
		l := hubs.primary.ledger()
		other := newVoice(t)
		resp, err := http.PostForm(hubs.primary.URL+"/oauth2/servers", url.Values{"client_id": {server},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {other.say(hubs.primary.words(server, server))}})
		done(t, err)
		resp.Body.Close()
		l.stored(t)
		l.noted(t, byRequest(audit.Event{Kind: audit.ClientRefused, Client: server, Reason: "*"})...)
	}},
}

var signOutActs = []act[bare]{
	{"somebody signs out, and the app is told", func(t *testing.T, _ bare) {
		w := newWorld(t, openSQLite(t))
		ada, app, b := w.person("ada@example.org"), w.listener(), w.browser()
		b.signInTo(app.app, "ada@example.org")
		p := b.open("/signout")
		l := w.ledger()
		b.submit(p, "/signout")
		l.await(t, audit.LogoutTold)
		l.stored(t, audit.Event{Kind: audit.LogoutTold, Target: ada.ID, Client: app.ID},
			byRequest(audit.Event{Kind: audit.SignOut, Actor: ada.ID})[0])
	}},
	{"an app cannot be told", func(t *testing.T, _ bare) {
		w := newWorld(t, openSQLite(t))
		ada, app, b := w.person("ada@example.org"), w.listener(), w.browser()
		app.status.Store(http.StatusBadRequest)
		b.signInTo(app.app, "ada@example.org")
		p := b.open("/signout")
		l := w.ledger()
		b.submit(p, "/signout")
		l.await(t, audit.LogoutFailed)
		l.stored(t, audit.Event{Kind: audit.LogoutFailed, Target: ada.ID, Client: app.ID, Reason: "400"},
			byRequest(audit.Event{Kind: audit.SignOut, Actor: ada.ID})[0])
	}},
	{"an app asks for a sign-out that is wrong", func(t *testing.T, _ bare) {
		w := newWorld(t, openSQLite(t))
		ada := w.person("ada@example.org")
		b := w.home("ada@example.org")
		l := w.ledger()
		b.open("/oauth2/logout?id_token_hint=nonsense")
		l.stored(t)
		l.noted(t, byRequest(audit.Event{Kind: audit.RequestRefused, Actor: ada.ID, Reason: "id_token_hint"})...)
	}},
	{"the other hub signs somebody out", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		hubs.through(b, a, "ada@example.org")
		ada := hubs.secondary.userID(t, "ada@example.org")
		l := hubs.secondary.ledger()
		at := b.at(hubs.primary)
		at.submit(at.open("/signout"), "/signout")
		l.await(t, audit.LogoutReceived)
		l.stored(t, byRequest(audit.Event{Kind: audit.LogoutReceived, Target: ada, LoginKey: hubs.key.ID})...)
	}},
	{"a logout token is false", func(t *testing.T, _ bare) {
		hubs, _, _ := newHubs(t)
		l := hubs.secondary.ledger()
		resp, err := http.PostForm(hubs.secondary.URL+"/oauth2/backchannel/"+hubs.key.ID, url.Values{"logout_token": {"x.y.z"}})
		done(t, err)
		resp.Body.Close()
		l.stored(t)
		l.noted(t, byRequest(audit.Event{Kind: audit.LogoutFailed, LoginKey: hubs.key.ID, Reason: "*"})...)
	}},
	{"the provider cannot be told", func(t *testing.T, _ bare) {
		hubs := newLeaving(t, true)
		hubs.primary.person("ada@example.org")
		a, b := hubs.secondary.app(), hubs.secondary.browser()
		hubs.through(b, a, "ada@example.org")
		at := b.at(hubs.secondary)
		hubs.primary.stop()
		hubs.secondary.clock.skip(23 * time.Hour)
		p := at.open("/signout")
		ada := hubs.secondary.userID(t, "ada@example.org")
		l := hubs.secondary.ledger()
		at.submit(p, "/signout")
		l.stored(t, byRequest(
			audit.Event{Kind: audit.SignOut, Actor: ada},
			audit.Event{Kind: audit.UpstreamError, Actor: ada, LoginKey: "up", Reason: "*"})...)
	}},
}
