package admin_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
	"github.com/fedhub/fedhub/internal/texts"
)

// newHubs are a pair with ada at the primary, and an app and a browser at the
// secondary.
func newHubs(t *testing.T, change ...func(*federation.LoginKey)) (hubs hubtest.Pair, a *hubtest.App, b *hubtest.Browser) {
	t.Helper()
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hubs = hubtest.NewPair(t, w, change...)
	return hubs, hubs.Secondary.App(), hubs.Secondary.Browser()
}

var upstreamActs = []act[bare]{
	{"somebody new comes from another hub, and comes again", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		l := hubs.Secondary.Ledger()
		hubs.Through(b, a, "ada@example.org")
		ada := hubs.Secondary.UserID(t, "ada@example.org")
		came := audit.Event{Kind: audit.SignInOK, Actor: ada, Client: a.ID, LoginKey: hubs.Key.ID}
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.LinkMade, Actor: ada, Client: a.ID, LoginKey: hubs.Key.ID, Why: texts.New("link.created"), Detail: map[string]string{"row": "*", "action": "create"}},
			came, audit.Event{Kind: audit.ConsentGiven, Actor: ada, Client: a.ID})...)
		l = hubs.Secondary.Ledger()
		hubs.Through(hubs.Secondary.Browser(), a, "ada@example.org")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.UpstreamOK, Actor: ada, Client: a.ID, LoginKey: hubs.Key.ID, Why: texts.New("link.linked"), Detail: map[string]string{"row": "*", "action": "*"}}, came)...)
	}},
	{"somebody is turned away", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t, func(k *federation.LoginKey) { k.SignUps = federation.Deny })
		l := hubs.Secondary.Ledger()
		hubs.Through(b, a, "ada@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.LinkRefused, Client: a.ID, LoginKey: hubs.Key.ID, Why: texts.New("link.signup.off"), Detail: map[string]string{"row": "*", "action": "refuse"}})...)
	}},
	{"the other hub is away", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		back := hubs.Abroad(b, b.Post(b.Authorize(a.Request()), "/signin/with/"+hubs.Key.ID), "ada@example.org")
		hubs.Primary.Stop()
		l := hubs.Secondary.Ledger()
		b.Hop(back)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.UpstreamError, Client: a.ID, LoginKey: hubs.Key.ID, Why: texts.New("*")})...)
	}},
	{"somebody says no at a site", func(t *testing.T, _ bare) {
		s := hubtest.Above(t, frappetest.G1)
		a, b := s.App(), s.Browser()
		p := b.Authorize(a.Request())
		l := s.Ledger()
		s.Come(b, p, hubtest.AshaThere, frappetest.Deny)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.UpstreamError, LoginKey: "erp", Why: texts.New("upstream.refused", "error", "access_denied")})...)
	}},
	{"a site takes no tokens back", func(t *testing.T, _ bare) {
		s := hubtest.Above(t, frappetest.G1, hubtest.Keeping, func(k *federation.LoginKey) { k.SignUps = federation.Deny })
		s.Site.Edit(func(site *frappetest.Site) {
			site.Before = func(rw http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, ".revoke_token") {
					return false
				}
				rw.WriteHeader(http.StatusInternalServerError)
				return true
			}
		})
		a, b := s.App(), s.Browser()
		p := b.Authorize(a.Request())
		l := s.Ledger()
		s.Come(b, p, hubtest.AshaThere, frappetest.Allow)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.LinkRefused, Client: a.ID, LoginKey: "erp", Why: texts.New("*"), Detail: map[string]string{"row": "*", "action": "refuse"}})...)
		l.Noted(t, audit.Event{Kind: audit.UpstreamError, LoginKey: "erp", Why: texts.New("upstream.tokens")})
	}},
	{"a sign-in without questions comes to nothing", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t, hubtest.Straight)
		b.Open("/signin?local=1")
		l := hubs.Secondary.Ledger()
		b.Walk(b.Authorize(a.Request("prompt", "none")), "", hubs.Primary, hubs.Secondary)
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(
			audit.Event{Kind: audit.UpstreamError, Client: a.ID, LoginKey: hubs.Key.ID, Why: texts.New("*")},
			audit.Event{Kind: audit.RequestRefused, Client: a.ID, Why: texts.New("login_required")})...)
	}},
	{"who came by a login key goes with it", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		hubs.Through(b, a, "ada@example.org")
		root := hubs.Secondary.Operator()
		path := "/admin/providers/" + hubs.Key.ID
		p := root.Open(path)
		l := hubs.Secondary.Ledger()
		root.Submit(p, path+"/switch", "enabled", "0")
		me := hubs.Secondary.UserID(t, "root@example.org")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.KeyChanged, Actor: me, LoginKey: hubs.Key.ID, Detail: map[string]string{"switched": "off"}},
			audit.Event{Kind: audit.SessionsEnded, Actor: me, LoginKey: hubs.Key.ID, Detail: map[string]string{"which": "provider", "sessions": "1", "connections": "1"}})...)
	}},
	{"an administrator tries a login key", func(t *testing.T, _ bare) {
		hubs := hubtest.NewProvider(t)
		hubs.Primary.Person("ada@example.org")
		b := hubs.Secondary.Operator()
		l := hubs.Secondary.Ledger()
		hubs.Tested(b, "ada@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.KeyTried, Actor: hubs.Secondary.UserID(t, "root@example.org"), LoginKey: "company", Detail: map[string]string{"result": "ok"}})...)
	}},
	{"an administrator tries a login key that leads nowhere", func(t *testing.T, _ bare) {
		hubs := hubtest.NewProvider(t)
		b := hubs.Secondary.Operator()
		hubs.Primary.Stop()
		l := hubs.Secondary.Ledger()
		hubs.Tested(b, "ada@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.KeyTried, Actor: hubs.Secondary.UserID(t, "root@example.org"), LoginKey: "company", Why: texts.New("*"), Detail: map[string]string{"result": "failed", "step": "*"}})...)
	}},
}

// newMailingPair are two hubs; the second one sends emails and has ada too.
func newMailingPair(t *testing.T) (hubs hubtest.Pair, post *hubtest.Postbox, ada users.User) {
	t.Helper()
	hubs, post = hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	return hubs, post, hubs.Secondary.Person("ada@example.org")
}

var linkingActs = []act[bare]{
	{"an account is linked by its password, and the email undoes it", func(t *testing.T, _ bare) {
		hubs, post, ada := newMailingPair(t)
		a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
		p := hubs.Through(b, a, "ada@example.org")
		l := hubs.Secondary.Ledger()
		b.At(hubs.Secondary).Submit(p, "/signin/link", "password", hubtest.Password)
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.LinkMade, Actor: ada.ID, LoginKey: hubs.Key.ID, Why: texts.New("link.proved", "by", texts.New("proof.password")), Detail: map[string]string{"row": "*", "record": "*"}},
			audit.Event{Kind: audit.SignInOK, Actor: ada.ID, Client: a.ID, LoginKey: hubs.Key.ID})...)
		reader := hubs.Secondary.Browser()
		p = reader.Open(post.Pick(t, "ada@example.org", "/wasnt-me"))
		l = hubs.Secondary.Ledger()
		reader.Submit(p, "/wasnt-me")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.LinkUndone, Actor: linking.ByEmail, Target: ada.ID, LoginKey: hubs.Key.ID, Detail: map[string]string{"record": "*"}},
			audit.Event{Kind: audit.PasswordForgot, Actor: linking.ByEmail, Target: ada.ID, Why: texts.New("prove.mailed")})...)
	}},
	{"a connection is disowned", func(t *testing.T, _ bare) {
		hubs, _, ada := newMailingPair(t)
		b := hubs.Secondary.Browser()
		p := hubs.Through(b, hubs.Secondary.App(), "ada@example.org")
		b.At(hubs.Secondary).Submit(p, "/signin/link", "password", hubtest.Password)
		p = b.At(hubs.Secondary).Disowns(hubs.Key.Name + " was connected to your account")
		l := hubs.Secondary.Ledger()
		b.At(hubs.Secondary).Submit(p, "/account/activity/wasnt-me")
		l.Stored(t, slices.Concat(own(ada, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "disowned", "event": "*"}}),
			own(ada, audit.Event{Kind: audit.LinkUndone, LoginKey: hubs.Key.ID, Detail: map[string]string{"record": "*"}}),
			own(ada, audit.Event{Kind: audit.PasswordForgot, Why: texts.New("prove.mailed")}))...)
	}},
	{"somebody without a proof of their own asks for a link", func(t *testing.T, _ bare) {
		hubs, _ := hubtest.MailingPair(t)
		hubs.Primary.Person("new@example.org")
		b := hubs.Secondary.Browser()
		b.Walk(hubs.Through(b, hubs.Secondary.App(), "new@example.org"), "new@example.org", hubs.Primary, hubs.Secondary)
		hubs.Skip(11 * time.Minute)
		p := b.At(hubs.Secondary).Open("/account/password")
		l := hubs.Secondary.Ledger()
		b.At(hubs.Secondary).Submit(p, "/signin/prove/mail")
		who := hubs.Secondary.UserID(t, "new@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.PasswordForgot, Actor: who, Target: who, Why: texts.New("prove.mailed")})...)
	}},
	{"an account can be proved by nothing", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		ada, err := hubs.Secondary.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "ada@example.org", Password: hubtest.Password})
		hubtest.Done(t, err)
		l := hubs.Secondary.Ledger()
		hubs.Through(b, a, "ada@example.org")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.LinkRefused, Target: ada.ID, LoginKey: hubs.Key.ID, Why: texts.New("link.letter")})...)
	}},
	{"somebody connects, disconnects and undoes that", func(t *testing.T, _ bare) {
		hubs, _, _ := newMailingPair(t)
		other := hubs.Secondary.Person("other@example.org")
		b := hubs.Here("other@example.org")
		l := hubs.Secondary.Ledger()
		hubs.Connect(b)
		l.Stored(t, own(other, audit.Event{Kind: audit.LinkMade, LoginKey: hubs.Key.ID, Why: texts.New("*"), Detail: map[string]string{"row": "*", "record": "*"}})...)
		p := b.Open("/account/connections")
		l = hubs.Secondary.Ledger()
		b.Submit(p, "/account/connections/remove")
		l.Stored(t, own(other, audit.Event{Kind: audit.LinkRemoved, LoginKey: hubs.Key.ID})...)
		p = b.Open("/account/connections")
		l = hubs.Secondary.Ledger()
		b.Submit(p, "/account/connections/undo")
		l.Stored(t, own(other, audit.Event{Kind: audit.LinkUndone, LoginKey: hubs.Key.ID, Detail: map[string]string{"record": "*"}})...)
	}},
	{"somebody connects what is another's", func(t *testing.T, _ bare) {
		hubs, _, _ := newMailingPair(t)
		other := hubs.Secondary.Person("other@example.org")
		b := hubs.Secondary.Browser()
		p := hubs.Through(b, hubs.Secondary.App(), "ada@example.org")
		b.At(hubs.Secondary).Submit(p, "/signin/link", "password", hubtest.Password)
		b = hubs.Here("other@example.org")
		l := hubs.Secondary.Ledger()
		hubs.Connect(b)
		l.Stored(t, own(other, audit.Event{Kind: audit.LinkRefused, LoginKey: hubs.Key.ID, Why: texts.New("*"), Detail: map[string]string{"row": "*", "record": ""}})...)
	}},
}

var tieActs = []act[bare]{
	{"a provider says of somebody's roles only where they are", func(t *testing.T, _ bare) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		key := w.Provider("company", func(k *federation.LoginKey) {
			k.Enabled, k.SignUps, k.RoleMap = true, federation.Allow, map[string]string{"staff": "member"}
		})
		claim := linking.Claim{Key: key.ID, Issuer: "https://id.example.org", Subject: "ada", Roles: []string{"member"}}
		came := func() users.User {
			d, err := w.Hub.Linking().Match(t.Context(), claim, authentication.PolicyOf(key))
			hubtest.Done(t, err)
			return d.User
		}
		ada := came()
		claim.Roles, claim.RolesUnknown = nil, true
		unknown := audit.Event{Kind: audit.RolesUnknown, Target: ada.ID, LoginKey: key.ID, Why: texts.New("roles.unknown", "kept", "member")}
		l := w.Ledger()
		came()
		l.Stored(t, unknown)
		l = w.Ledger()
		came() // already known, so not recorded
		l.Stored(t)
		l.Noted(t, unknown)
		l = w.Ledger()
		w.Clock.Skip(15 * 24 * time.Hour)
		hubtest.Done(t, w.Hub.Linking().EndUnknown(t.Context()))
		l.Stored(t, audit.Event{Kind: audit.RolesChanged, Actor: "provider", Target: ada.ID},
			audit.Event{Kind: audit.RolesLapsed, Target: ada.ID, LoginKey: key.ID, Why: texts.New("roles.lapsed", "taken", "member")})
	}},
	{"the other hub ended somebody", func(t *testing.T, _ bare) {
		hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
		_, err := hubs.Primary.Hub.People().SetDisabled(t.Context(), hubtest.Ada(t, hubs.Primary), true)
		hubtest.Done(t, err)
		hubs.Skip(6 * time.Minute)
		l := hubs.Secondary.Ledger()
		a.Refresh(r.Str("refresh_token"))
		l.Stored(t, audit.Event{Kind: audit.UpstreamEnded, Target: hubtest.Ada(t, hubs.Secondary), LoginKey: hubs.Key.ID, Why: texts.New("*")})
	}},
	{"the other hub is silent", func(t *testing.T, _ bare) {
		hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
		hubs.Primary.Stop()
		hubs.Skip(6 * time.Minute)
		l := hubs.Secondary.Ledger()
		a.Refresh(r.Str("refresh_token"))
		l.Stored(t)
		l.Noted(t, append(hubtest.ByRequest(audit.Event{Kind: audit.TokensIssued, Client: a.ID, Detail: map[string]string{"grant": "refresh_token"}}),
			audit.Event{Kind: audit.UpstreamError, Target: hubtest.Ada(t, hubs.Secondary), LoginKey: hubs.Key.ID, Why: texts.New("*")})...)
	}},
	{"a site does not say whether somebody is enabled", func(t *testing.T, _ bare) {
		s := hubtest.Above(t, frappetest.G1, hubtest.Keeping, func(k *federation.LoginKey) { k.NewSiteKey = "0a1b2c3d4e5f6a7:b8c9d0e1f2a3b4c" })
		a := s.App()
		r := s.SignIn(s.Browser(), a, "scope", "openid offline_access")
		asha := s.Userinfo(r.Str("access_token")).Str("sub")
		s.Clock.Skip(6 * time.Minute)
		l := s.Ledger()
		a.Refresh(r.Str("refresh_token"))
		l.Noted(t, append(hubtest.ByRequest(audit.Event{Kind: audit.TokensIssued, Client: a.ID, Detail: map[string]string{"grant": "refresh_token"}}),
			audit.Event{Kind: audit.UpstreamError, Target: asha, LoginKey: "erp", Why: texts.New("*")})...)
	}},
}

var hubActs = []act[bare]{
	{"a hub asks to be let in by an invite", func(t *testing.T, _ bare) {
		primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		there, here := primary.Ledger(), secondary.Ledger()
		hubs := hubtest.Join(t, primary, secondary)
		there.Stored(t,
			audit.Event{Kind: audit.InviteMade, Actor: "test"},
			hubtest.ByRequest(audit.Event{Kind: audit.ServerAsked, Client: hubs.ClientOf(), Detail: map[string]string{"state": "active", "via": clients.ViaInvite}})[0])
		here.Stored(t,
			audit.Event{Kind: audit.KeyAdded, Actor: "test", LoginKey: hubs.Key.ID, Target: primary.URL},
			audit.Event{Kind: audit.KeyJoined, Actor: "test", LoginKey: hubs.Key.ID, Detail: map[string]string{"status": "active"}})
		there = primary.Ledger()
		hubtest.Done(t, primary.Hub.DecideServer(t.Context(), audit.Named("test"), hubs.ClientOf(), clients.Suspended))
		there.Stored(t, audit.Event{Kind: audit.ServerDecided, Actor: "test", Client: hubs.ClientOf(), Detail: map[string]string{"decision": "suspended"}})
	}},
	{"an administrator lets a hub in, and lets it go", func(t *testing.T, _ bare) {
		hubs, _, there, server := hubtest.Peers(t)
		root := hubs.Primary.UserID(t, "root@example.org")
		for _, decision := range []string{"suspend", "resume", "approve"} {
			state := map[string]clients.State{"suspend": clients.Suspended, "resume": clients.Active, "approve": clients.Active}[decision]
			p := there.Open("/admin/hubs")
			l := hubs.Primary.Ledger()
			there.Submit(p, "/admin/hubs/"+decision, "server", server)
			l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ServerDecided, Actor: root, Client: server, Detail: map[string]string{"decision": string(state)}})...)
		}
		p := there.Open("/admin/hubs")
		l := hubs.Primary.Ledger()
		there.Submit(p, "/admin/hubs/invite")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.InviteMade, Actor: root})...)
		l = hubs.Primary.Ledger()
		there.Submit(p, "/admin/hubs/remove", "server", server)
		host, _ := url.Parse(hubs.Secondary.URL)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ServerRemoved, Actor: root, Client: server, Target: host.Host})...)
	}},
	{"a hub hears what was decided about it", func(t *testing.T, _ bare) {
		hubs, _, there, server := hubtest.Peers(t)
		there.Submit(there.Open("/admin/hubs"), "/admin/hubs/suspend", "server", server)
		hubs.Skip(11 * time.Minute)
		l := hubs.Secondary.Ledger()
		hubs.Secondary.Hub.Chores(t.Context())
		l.Stored(t, audit.Event{Kind: audit.KeyJoined, Actor: "schedule", LoginKey: hubs.Key.ID, Detail: map[string]string{"status": "suspended"}})
	}},
	{"an administrator asks the other hub again", func(t *testing.T, _ bare) {
		hubs, here, _, _ := hubtest.Peers(t)
		path := "/admin/providers/" + hubs.Key.ID
		_, err := hubs.Secondary.Hub.JoinPrimary(t.Context(), audit.Named("test"), hubs.Key.ID, "")
		hubtest.Done(t, err)
		hubs.Primary.Hub.DecideServer(t.Context(), audit.Named("test"), hubs.ClientOf(), clients.Suspended) //nolint:errcheck // the page would say so
		_, err = hubs.Secondary.Hub.JoinPrimary(t.Context(), audit.Named("test"), hubs.Key.ID, "")
		hubtest.Done(t, err)
		p := here.Open(path)
		l := hubs.Secondary.Ledger()
		here.Submit(p, path+"/join")
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.KeyJoined, Actor: hubs.Secondary.UserID(t, "root@example.org"), LoginKey: hubs.Key.ID, Detail: map[string]string{"status": "suspended"}})...)
	}},
	{"a hub takes leave", func(t *testing.T, _ bare) {
		hubs, here, _, server := hubtest.Peers(t)
		path := "/admin/providers/" + hubs.Key.ID + "/delete"
		p := here.Open(path)
		there, at := hubs.Primary.Ledger(), hubs.Secondary.Ledger()
		here.Submit(p, path, "confirm", hubs.Key.Name)
		there.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.ServerLeft, Client: server})...)
		at.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.KeyRemoved, Actor: hubs.Secondary.UserID(t, "root@example.org"), LoginKey: hubs.Key.ID})...)
	}},
	{"a hub cannot take leave", func(t *testing.T, _ bare) {
		hubs, here, _, _ := hubtest.Peers(t)
		path := "/admin/providers/" + hubs.Key.ID + "/delete"
		p := here.Open(path)
		hubs.Primary.Stop()
		root := hubs.Secondary.UserID(t, "root@example.org")
		l := hubs.Secondary.Ledger()
		here.Submit(p, path, "confirm", hubs.Key.Name)
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.KeyChanged, Actor: root, LoginKey: hubs.Key.ID, Why: texts.New("*"), Detail: map[string]string{"told": "no"}},
			audit.Event{Kind: audit.KeyRemoved, Actor: root, LoginKey: hubs.Key.ID})...)
	}},
	{"a stranger calls itself a hub", func(t *testing.T, _ bare) {
		hubs, _, _, server := hubtest.Peers(t)
		l := hubs.Primary.Ledger()
		other := hubtest.NewVoice(t)
		resp, err := http.PostForm(hubs.Primary.URL+"/oauth2/servers", url.Values{"client_id": {server},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {other.Say(hubs.Primary.Words(server, server))}})
		hubtest.Done(t, err)
		resp.Body.Close()
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.ClientRefused, Client: server, Why: texts.New("*")})...)
	}},
}

var signOutActs = []act[bare]{
	{"somebody signs out, and the app is told", func(t *testing.T, _ bare) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		ada, app, b := w.Person("ada@example.org"), w.Listener(), w.Browser()
		b.SignInTo(app.App, "ada@example.org")
		p := b.Open("/signout")
		l := w.Ledger()
		b.Submit(p, "/signout")
		l.Await(t, audit.LogoutTold)
		l.Stored(t, audit.Event{Kind: audit.LogoutTold, Target: ada.ID, Client: app.ID},
			hubtest.ByRequest(audit.Event{Kind: audit.SignOut, Actor: ada.ID})[0])
	}},
	{"an app cannot be told", func(t *testing.T, _ bare) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		ada, app, b := w.Person("ada@example.org"), w.Listener(), w.Browser()
		app.Status.Store(http.StatusBadRequest)
		b.SignInTo(app.App, "ada@example.org")
		p := b.Open("/signout")
		l := w.Ledger()
		b.Submit(p, "/signout")
		l.Await(t, audit.LogoutFailed)
		l.Stored(t, audit.Event{Kind: audit.LogoutFailed, Target: ada.ID, Client: app.ID, Why: texts.New("logout.answered", "status", "400")},
			hubtest.ByRequest(audit.Event{Kind: audit.SignOut, Actor: ada.ID})[0])
	}},
	{"an app asks for a sign-out that is wrong", func(t *testing.T, _ bare) {
		w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
		ada := w.Person("ada@example.org")
		b := w.Home("ada@example.org")
		l := w.Ledger()
		b.Open("/oauth2/logout?id_token_hint=nonsense")
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.RequestRefused, Actor: ada.ID, Why: texts.New("invalid_request", "description", texts.New("oauth.because", "what", texts.New("oauth.signout.hint")))})...)
	}},
	{"the other hub signs somebody out", func(t *testing.T, _ bare) {
		hubs, a, b := newHubs(t)
		hubs.Through(b, a, "ada@example.org")
		ada := hubs.Secondary.UserID(t, "ada@example.org")
		l := hubs.Secondary.Ledger()
		at := b.At(hubs.Primary)
		at.Submit(at.Open("/signout"), "/signout")
		l.Await(t, audit.LogoutReceived)
		l.Stored(t, hubtest.ByRequest(audit.Event{Kind: audit.LogoutReceived, Target: ada, LoginKey: hubs.Key.ID})...)
	}},
	{"a logout token is false", func(t *testing.T, _ bare) {
		hubs, _, _ := newHubs(t)
		l := hubs.Secondary.Ledger()
		resp, err := http.PostForm(hubs.Secondary.URL+"/oauth2/backchannel/"+hubs.Key.ID, url.Values{"logout_token": {"x.y.z"}})
		hubtest.Done(t, err)
		resp.Body.Close()
		l.Stored(t)
		l.Noted(t, hubtest.ByRequest(audit.Event{Kind: audit.LogoutFailed, LoginKey: hubs.Key.ID, Why: texts.New("*")})...)
	}},
	{"the provider cannot be told", func(t *testing.T, _ bare) {
		hubs := hubtest.NewLeaving(t, true)
		hubs.Primary.Person("ada@example.org")
		a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
		hubs.Through(b, a, "ada@example.org")
		at := b.At(hubs.Secondary)
		hubs.Primary.Stop()
		hubs.Secondary.Clock.Skip(23 * time.Hour)
		p := at.Open("/signout")
		ada := hubs.Secondary.UserID(t, "ada@example.org")
		l := hubs.Secondary.Ledger()
		at.Submit(p, "/signout")
		l.Stored(t, hubtest.ByRequest(
			audit.Event{Kind: audit.SignOut, Actor: ada},
			audit.Event{Kind: audit.UpstreamError, Actor: ada, LoginKey: "up", Why: texts.New("*")})...)
	}},
}
