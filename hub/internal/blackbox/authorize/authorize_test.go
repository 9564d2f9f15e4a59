package authorize_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// parserTricks are addresses that some parsers take for the registered one.
var parserTricks = []string{
	"https:///evil.com/cb", "https:/app.example.org/callback", `https:\\app.example.org/callback`,
	`https://evil.com\@app.example.org/callback`, `https://app.example.org\.evil.com/callback`,
	"https://app.example.org%2eevil.com/callback", "https://app。example。org/callback", "https://аpp.example.org/callback",
	"http://127.1/callback", "http://2130706433/callback", "http://0x7f.1/callback", "http://127.0.0.1:80800/callback",
	"https://app.example.org:443/callback", "https://app.example.org/callback/%2e%2e/admin", "https://app.example.org/callback\n",
	"https://app.example.org;evil.com/callback", "https://app.example.org&evil.com/callback", `/\evil.com`, `\/evil.com`,
	"https://app.example.org.evil.com/callback", "https://app.example.org/callback/", "https://app.example.org/callbackX", "https://app.example.org/c",
	"https://app.example.org@evil.com/callback", "https://a@b@evil.com/callback", "https://u:p@app.example.org/callback",
	"https://app.example.org/callback/../admin", "https://app.example.org/callback#x", "https://app.example.org/callback#",
	"https://app.example.org/callback?a=1", "HTTPS://app.example.org/callback", "https://APP.example.org/callback", "https://app.example.org/CALLBACK",
	"https://app.example.org./callback", "http://app.example.org/callback", "javascript:alert(1)", "data:text/html,x", "http://127.0.0.1/callback",
	"https%3A%2F%2Fapp.example.org%2Fcallback", "https://app.example.org/callback\x00", " https://app.example.org/callback", "//app.example.org/callback",
}

func TestAWrongRedirectURIIsNeverFollowed(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App()
	b := w.Browser()
	for _, uri := range parserTricks {
		for _, more := range [][]string{nil, {"prompt", "none"}, {"scope", "nonsense"}, {"response_type", "x"}, {"error", "access_denied"}} {
			hubtest.RefusedPage(t, uri, b.Authorize(a.Request(append([]string{"redirect_uri", uri}, more...)...)))
		}
		c, _, err := w.Hub.AddClient(t.Context(), audit.Named("test"), clients.Client{Name: "x", Type: clients.Web, RedirectURIs: []string{uri}})
		if err == nil && c.RedirectURIs[0] == uri && !honest(uri) {
			t.Errorf("%q can be registered", uri)
		}
	}
	for name, v := range map[string]url.Values{
		"no client_id":          a.Request("client_id", ""),
		"an unknown client_id":  a.Request("client_id", "nobody"),
		"a large client_id":     a.Request("client_id", strings.Repeat("x", 20_000)),
		"no redirect_uri":       a.Request("redirect_uri", ""),
		"two client_ids":        {"client_id": {a.ID, a.ID}, "redirect_uri": {hubtest.Callback}},
		"two redirect_uris":     {"client_id": {a.ID}, "redirect_uri": {hubtest.Callback, hubtest.Callback}},
		"a metadata URL nobody": a.Request("client_id", "https://evil.example/client.json"),
	} {
		hubtest.RefusedPage(t, name, b.Authorize(v))
	}
}

// honest are those of the list that are ordinary addresses, but not this
// client's.
func honest(uri string) bool {
	switch uri {
	case "https://app.example.org.evil.com/callback", "https://app.example.org/callback/", "https://app.example.org/callbackX",
		"https://app.example.org/c", "https://app.example.org/CALLBACK", "https://app.example.org/callback?a=1",
		"https://app.example.org:443/callback", "HTTPS://app.example.org/callback", "https://APP.example.org/callback", // case-sensitive
		"http://127.0.0.1/callback", "http://app.example.org/callback": // a hub on loopback allows plain http
		return true
	}
	return false
}

func TestErrorsTravelToTheClient(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	implicit := w.App(implicitly)
	b := w.Browser()
	for name, tt := range map[string]struct {
		request url.Values
		code    string
	}{
		"no response_type":            {a.Request("response_type", ""), "invalid_request"},
		"an unknown response_type":    {a.Request("response_type", "code code"), "unsupported_response_type"},
		"another response_type":       {a.Request("response_type", "token code"), "unauthorized_client"},
		"a response_type in capitals": {a.Request("response_type", "Code"), "unsupported_response_type"},
		"token for a code client":     {a.Request("response_type", "token"), "unauthorized_client"},
		"code for an implicit client": {implicit.Request(), "unauthorized_client"},
		"an unregistered scope":       {a.Request("scope", "openid phone"), "invalid_scope"},
		"a broken scope":              {a.Request("scope", "openid\tprofile"), "invalid_scope"},
		"no challenge and no nonce":   {a.Request("code_challenge", "", "code_challenge_method", "", "nonce", ""), "invalid_request"},
		"a challenge and no method":   {a.Request("code_challenge_method", ""), "invalid_request"},
		"a method and no challenge":   {a.Request("code_challenge", ""), "invalid_request"},
		"plain":                       {a.Request("code_challenge_method", "plain"), "invalid_request"},
		"a short challenge":           {a.Request("code_challenge", "short"), "invalid_request"},
		"prompt=create without page":  {a.Request("prompt", "create"), "invalid_request"},
		"an unknown prompt":           {a.Request("prompt", "maybe"), "invalid_request"},
		"none in company":             {a.Request("prompt", "none login"), "invalid_request"},
		"a broken max_age":            {a.Request("max_age", "soon"), "invalid_request"},
		"a negative max_age":          {a.Request("max_age", "-1"), "invalid_request"},
		"a request object":            {a.Request("request", "x.y.z"), "invalid_request_object"},
		"a request_uri":               {a.Request("request_uri", "http://169.254.169.254/"), "request_uri_not_supported"},
		"a long state":                {a.Request("state", strings.Repeat("s", 5000)), "invalid_request"},
		"an unknown response_mode":    {a.Request("response_mode", "web_message"), "invalid_request"},
		"prompt=none and nobody":      {a.Request("prompt", "none"), "login_required"},
		"a repeated scope":            {url.Values{"client_id": {a.ID}, "redirect_uri": {hubtest.Callback}, "state": {"the state"}, "scope": {"openid", "openid"}}, "invalid_request"},
	} {
		p := b.Authorize(tt.request)
		u, err := url.Parse(p.Location)
		if err != nil || !strings.HasPrefix(p.Location, hubtest.Callback) {
			t.Errorf("%s: got %d, location %q", name, p.Status, p.Location)
			continue
		}
		q := u.Query()
		if strings.HasPrefix(u.Fragment, "error") {
			q, _ = url.ParseQuery(u.Fragment)
		}
		hubtest.Want(t, name+": status", p.Status, 303)
		hubtest.Want(t, name+": error", q.Get("error"), tt.code)
		hubtest.Want(t, name+": iss", q.Get("iss"), w.URL)
		hubtest.Want(t, name+": state", q.Get("state"), tt.request.Get("state"))
	}
}

func TestStateAndQueryComeBackUntouched(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const withQuery = hubtest.Callback + "?tenant=7&x=a%2Fb"
	a := w.App(func(c *clients.Client) { c.RedirectURIs = []string{withQuery} })
	b := w.Browser()
	for _, state := range []string{"s", "a+b & c=d#e%20f", "ünïcode ✓", strings.Repeat("s", 4096)} {
		p := b.Authorize(a.Request("redirect_uri", withQuery, "state", state))
		if strings.Contains(p.Body, `action="/signin"`) {
			p = b.Submit(b.SignIn(p, "ada@example.org"), "/consent", "decision", "allow")
		}
		if !strings.HasPrefix(p.Location, withQuery+"&") {
			t.Fatalf("location %q does not keep the registered query", p.Location)
		}
		hubtest.Want(t, "state", b.Answer(p).Get("state"), state)
	}
}

func TestConsentIsAskedByTheRules(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("ada@example.org")
		a, other := w.App(), w.App()
		trusted := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
		b := w.Browser()
		asked := func(a *hubtest.App, pairs ...string) bool {
			return strings.Contains(b.Authorize(a.Request(pairs...)).Body, `action="/consent"`)
		}
		b.SignInTo(a, "ada@example.org", "scope", "openid")

		hubtest.Want(t, "Auto: the same again", asked(a, "scope", "openid"), false)
		hubtest.Want(t, "Auto: more scopes", asked(a, "scope", "openid email"), true)
		hubtest.Want(t, "Auto: another client", asked(other, "scope", "openid"), true)
		hubtest.Want(t, "Auto: prompt=consent", asked(a, "scope", "openid", "prompt", "consent"), true)
		hubtest.Want(t, "Skip Authorization", asked(trusted), false)

		p := b.Authorize(a.Request("scope", "openid email", "prompt", "none"))
		hubtest.Want(t, "prompt=none and more scopes", b.Answer(p).Get("error"), "consent_required")

		if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Consent = settings.Force }); err != nil {
			t.Fatal(err)
		}
		hubtest.Want(t, "Force: the same again", asked(a, "scope", "openid"), true)
		hubtest.Want(t, "Force: the same once more", asked(a, "scope", "openid"), true)
		hubtest.Want(t, "Force: Skip Authorization", asked(trusted), false)
		p = b.Submit(b.Authorize(a.Request("scope", "openid")), "/consent", "decision", "allow")
		if b.Answer(p).Get("code") == "" {
			t.Error("Force: allowing leads nowhere")
		}
	})
}

func TestAPersonMaySayNo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	consent := b.SignIn(b.Authorize(a.Request()), "ada@example.org")
	answer := b.Answer(b.Submit(consent, "/consent", "decision", "cancel"))
	hubtest.Want(t, "error", answer.Get("error"), "access_denied")
	hubtest.Want(t, "state", answer.Get("state"), "the state")
	hubtest.RefusedPage(t, "the same page again", b.Submit(consent, "/consent", "decision", "allow"))
}

func TestAFlowBelongsToOneBrowser(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b, thief := w.Browser(), w.Browser()
	signIn := b.Authorize(a.Request())
	for _, path := range []string{signIn.URL.RequestURI(), "/oauth2/authorize?flow=" + signIn.URL.Query().Get("flow"), "/consent?flow=" + signIn.URL.Query().Get("flow")} {
		hubtest.RefusedPage(t, path+" in another browser", thief.Open(path))
	}
	_, fields, _ := hubtest.Form(signIn.Body, "/signin")
	fields.Set("email", "ada@example.org")
	fields.Set("password", hubtest.Password)
	hubtest.RefusedPage(t, "the form from another browser", thief.Read(thief.PostForm(w.URL+"/signin", fields)))
	fields.Set("csrf", "x")
	hubtest.RefusedPage(t, "the form without its token", b.Read(b.PostForm(w.URL+"/signin", fields)))
}

func TestTwoTabsBothArrive(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	one, two := b.Authorize(a.Request("state", "one")), b.Authorize(a.Request("state", "two"))
	p := b.Submit(b.SignIn(one, "ada@example.org"), "/consent", "decision", "allow")
	hubtest.Want(t, "first tab", b.Answer(p).Get("state"), "one")
	// The second tab still shows its sign-in page; reloading it continues.
	hubtest.Want(t, "second tab", b.Answer(b.Open("/oauth2/authorize?flow="+two.URL.Query().Get("flow"))).Get("state"), "two")
	hubtest.RefusedPage(t, "the first tab again", b.Open("/oauth2/authorize?flow="+one.URL.Query().Get("flow")))
}

func TestFreshSignInIsReallyFresh(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	w.Clock.Skip(time.Hour)
	for _, pairs := range [][]string{{"prompt", "login"}, {"max_age", "60"}, {"max_age", "0"}} {
		p := b.Authorize(a.Request(pairs...))
		if !strings.Contains(p.Body, `action="/signin"`) {
			t.Errorf("%q: an old session was enough", pairs)
			continue
		}
		back := b.Open("/oauth2/authorize?flow=" + p.URL.Query().Get("flow"))
		if !strings.Contains(back.Body, `action="/signin"`) {
			t.Errorf("%q: going back without signing in was enough", pairs)
		}
		r := a.Redeem(b.Answer(b.SignIn(p, "ada@example.org")).Get("code"))
		at, _ := hubtest.ClaimsOf(t, r.Str("id_token"))["auth_time"].(float64)
		if age := w.Clock.Now().Sub(time.Unix(int64(at), 0)); age > time.Minute {
			t.Errorf("%q: auth_time is %s old", pairs, age)
		}
		w.Clock.Skip(time.Hour)
	}
	hubtest.Want(t, "prompt=none with max_age=60", b.Answer(b.Authorize(a.Request("prompt", "none", "max_age", "60"))).Get("error"), "login_required")
	if b.Answer(b.Authorize(a.Request("max_age", "86400"))).Get("code") == "" {
		t.Error("max_age=86400 was not satisfied by a session of an hour")
	}
}

func TestRolesDecideWhoMayUseAnApp(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org", "writer")
	w.Person("bob@example.org")
	a := w.App(func(c *clients.Client) { c.AllowedRoles = []string{"writer"} })
	if w.Browser().SignInTo(a, "ada@example.org").Get("code") == "" {
		t.Error("a writer may not use the writers' app")
	}
	hubtest.Want(t, "without the role", w.Browser().SignInTo(a, "bob@example.org").Get("error"), "access_denied")
}

func implicitly(c *clients.Client) {
	c.SetGrant(clients.GrantImplicit, true)
	c.SetGrant(clients.GrantCode, false)
	c.ResponseTypes = []string{"token"}
	c.SetGrant(clients.GrantRefresh, false)
}

func TestImplicitStaysInTheFragment(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(implicitly)
	b := w.Browser()
	p := b.Submit(b.SignIn(b.Authorize(a.Request("response_type", "token", "code_challenge", "", "code_challenge_method", "")), "ada@example.org"), "/consent", "decision", "allow")
	u, err := url.Parse(p.Location)
	if err != nil || u.RawQuery != "" {
		t.Fatalf("location %q, %v", p.Location, err)
	}
	q, err := url.ParseQuery(u.Fragment)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "userinfo", w.Userinfo(q.Get("access_token")).Status, 200)
	hubtest.Want(t, "refresh token (RFC 6749 §4.2.2)", q.Get("refresh_token"), "")
	hubtest.Want(t, "state", q.Get("state"), "the state")
}
