package hub_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
)

// parserTricks are addresses that some parser takes for the registered one.
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
	w := newWorld(t, openSQLite(t))
	a := w.app()
	b := w.browser()
	for _, uri := range parserTricks {
		for _, more := range [][]string{nil, {"prompt", "none"}, {"scope", "nonsense"}, {"response_type", "x"}, {"error", "access_denied"}} {
			refusedPage(t, uri, b.authorize(a.request(append([]string{"redirect_uri", uri}, more...)...)))
		}
		c, _, err := w.Hub.AddClient(t.Context(), "test", clients.Client{Name: "x", Type: clients.Web, RedirectURIs: []string{uri}})
		if err == nil && c.RedirectURIs[0] == uri && !honest(uri) {
			t.Errorf("%q can be registered", uri)
		}
	}
	for name, v := range map[string]url.Values{
		"no client_id":          a.request("client_id", ""),
		"an unknown client_id":  a.request("client_id", "nobody"),
		"a large client_id":     a.request("client_id", strings.Repeat("x", 20_000)),
		"no redirect_uri":       a.request("redirect_uri", ""),
		"two client_ids":        {"client_id": {a.ID, a.ID}, "redirect_uri": {callback}},
		"two redirect_uris":     {"client_id": {a.ID}, "redirect_uri": {callback, callback}},
		"a metadata URL nobody": a.request("client_id", "https://evil.example/client.json"),
	} {
		refusedPage(t, name, b.authorize(v))
	}
}

// honest are those of the list that are wrong for this client, but addresses
// like any other.
func honest(uri string) bool {
	switch uri {
	case "https://app.example.org.evil.com/callback", "https://app.example.org/callback/", "https://app.example.org/callbackX",
		"https://app.example.org/c", "https://app.example.org/CALLBACK", "https://app.example.org/callback?a=1",
		"http://127.0.0.1/callback", "http://app.example.org/callback": // a hub on loopback allows plain http
		return true
	}
	return false
}

func TestErrorsTravelToTheClient(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	implicit := w.app(implicitly)
	b := w.browser()
	for name, tt := range map[string]struct {
		request url.Values
		code    string
	}{
		"no response_type":            {a.request("response_type", ""), "invalid_request"},
		"an unknown response_type":    {a.request("response_type", "code code"), "unsupported_response_type"},
		"another response_type":       {a.request("response_type", "token code"), "unauthorized_client"},
		"a response_type in capitals": {a.request("response_type", "Code"), "unsupported_response_type"},
		"token for a code client":     {a.request("response_type", "token"), "unauthorized_client"},
		"code for an implicit client": {implicit.request(), "unauthorized_client"},
		"an unregistered scope":       {a.request("scope", "openid admin"), "invalid_scope"},
		"a broken scope":              {a.request("scope", "openid\tprofile"), "invalid_scope"},
		"no challenge":                {a.request("code_challenge", "", "code_challenge_method", ""), "invalid_request"},
		"a challenge and no method":   {a.request("code_challenge_method", ""), "invalid_request"},
		"a method and no challenge":   {a.request("code_challenge", ""), "invalid_request"},
		"plain":                       {a.request("code_challenge_method", "plain"), "invalid_request"},
		"a short challenge":           {a.request("code_challenge", "short"), "invalid_request"},
		"prompt=create without page":  {a.request("prompt", "create"), "invalid_request"},
		"an unknown prompt":           {a.request("prompt", "maybe"), "invalid_request"},
		"none in company":             {a.request("prompt", "none login"), "invalid_request"},
		"a broken max_age":            {a.request("max_age", "soon"), "invalid_request"},
		"a negative max_age":          {a.request("max_age", "-1"), "invalid_request"},
		"a request object":            {a.request("request", "x.y.z"), "invalid_request_object"},
		"a request_uri":               {a.request("request_uri", "http://169.254.169.254/"), "request_uri_not_supported"},
		"a long state":                {a.request("state", strings.Repeat("s", 5000)), "invalid_request"},
		"an unknown response_mode":    {a.request("response_mode", "web_message"), "invalid_request"},
		"prompt=none and nobody":      {a.request("prompt", "none"), "login_required"},
		"a repeated scope":            {url.Values{"client_id": {a.ID}, "redirect_uri": {callback}, "state": {"the state"}, "scope": {"openid", "openid"}}, "invalid_request"},
	} {
		p := b.authorize(tt.request)
		u, err := url.Parse(p.Location)
		if err != nil || !strings.HasPrefix(p.Location, callback) {
			t.Errorf("%s: got %d, location %q", name, p.Status, p.Location)
			continue
		}
		q := u.Query()
		if strings.HasPrefix(u.Fragment, "error") {
			q, _ = url.ParseQuery(u.Fragment)
		}
		want(t, name+": status", p.Status, 303)
		want(t, name+": error", q.Get("error"), tt.code)
		want(t, name+": iss", q.Get("iss"), w.URL)
		want(t, name+": state", q.Get("state"), tt.request.Get("state"))
	}
}

func TestStateAndQueryComeBackUntouched(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	const withQuery = callback + "?tenant=7&x=a%2Fb"
	a := w.app(func(c *clients.Client) { c.RedirectURIs = []string{withQuery} })
	b := w.browser()
	for _, state := range []string{"s", "a+b & c=d#e%20f", "ünïcode ✓", strings.Repeat("s", 4096)} {
		p := b.authorize(a.request("redirect_uri", withQuery, "state", state))
		if strings.Contains(p.Body, `action="/signin"`) {
			p = b.submit(b.signIn(p, "ada@example.org"), "/consent", "decision", "allow")
		}
		if !strings.HasPrefix(p.Location, withQuery+"&") {
			t.Fatalf("location %q does not keep the registered query", p.Location)
		}
		want(t, "state", b.answer(p).Get("state"), state)
	}
}

func TestConsentIsAskedByTheRules(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		a, other := w.app(), w.app()
		trusted := w.app(func(c *clients.Client) { c.SkipAuthorization = true })
		b := w.browser()
		asked := func(a *app, pairs ...string) bool {
			return strings.Contains(b.authorize(a.request(pairs...)).Body, `action="/consent"`)
		}
		b.signInTo(a, "ada@example.org", "scope", "openid")

		want(t, "Auto: the same again", asked(a, "scope", "openid"), false)
		want(t, "Auto: more scopes", asked(a, "scope", "openid email"), true)
		want(t, "Auto: another client", asked(other, "scope", "openid"), true)
		want(t, "Auto: prompt=consent", asked(a, "scope", "openid", "prompt", "consent"), true)
		want(t, "Skip Authorization", asked(trusted), false)

		p := b.authorize(a.request("scope", "openid email", "prompt", "none"))
		want(t, "prompt=none and more scopes", b.answer(p).Get("error"), "consent_required")

		if err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.Consent = settings.Force }); err != nil {
			t.Fatal(err)
		}
		want(t, "Force: the same again", asked(a, "scope", "openid"), true)
		want(t, "Force: the same once more", asked(a, "scope", "openid"), true)
		want(t, "Force: Skip Authorization", asked(trusted), false)
		p = b.submit(b.authorize(a.request("scope", "openid")), "/consent", "decision", "allow")
		if b.answer(p).Get("code") == "" {
			t.Error("Force: allowing leads nowhere")
		}
	})
}

func TestAPersonMaySayNo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	consent := b.signIn(b.authorize(a.request()), "ada@example.org")
	answer := b.answer(b.submit(consent, "/consent", "decision", "cancel"))
	want(t, "error", answer.Get("error"), "access_denied")
	want(t, "state", answer.Get("state"), "the state")
	refusedPage(t, "the same page again", b.submit(consent, "/consent", "decision", "allow"))
}

func TestAFlowBelongsToOneBrowser(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b, thief := w.browser(), w.browser()
	signIn := b.authorize(a.request())
	for _, path := range []string{signIn.URL.RequestURI(), "/oauth2/authorize?flow=" + signIn.URL.Query().Get("flow"), "/consent?flow=" + signIn.URL.Query().Get("flow")} {
		refusedPage(t, path+" in another browser", thief.open(path))
	}
	_, fields, _ := form(signIn.Body, "/signin")
	fields.Set("email", "ada@example.org")
	fields.Set("password", password)
	refusedPage(t, "the form from another browser", thief.read(thief.PostForm(w.URL+"/signin", fields)))
	fields.Set("csrf", "x")
	refusedPage(t, "the form without its token", b.read(b.PostForm(w.URL+"/signin", fields)))
}

func TestTwoTabsBothArrive(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	one, two := b.authorize(a.request("state", "one")), b.authorize(a.request("state", "two"))
	p := b.submit(b.signIn(one, "ada@example.org"), "/consent", "decision", "allow")
	want(t, "first tab", b.answer(p).Get("state"), "one")
	// The second tab still shows its sign-in page; opening it again goes on.
	want(t, "second tab", b.answer(b.open("/oauth2/authorize?flow="+two.URL.Query().Get("flow"))).Get("state"), "two")
	refusedPage(t, "the first tab again", b.open("/oauth2/authorize?flow="+one.URL.Query().Get("flow")))
}

func TestFreshSignInIsReallyFresh(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	w.clock.skip(time.Hour)
	for _, pairs := range [][]string{{"prompt", "login"}, {"max_age", "60"}, {"max_age", "0"}} {
		p := b.authorize(a.request(pairs...))
		if !strings.Contains(p.Body, `action="/signin"`) {
			t.Errorf("%q: an old session was enough", pairs)
			continue
		}
		back := b.open("/oauth2/authorize?flow=" + p.URL.Query().Get("flow"))
		if !strings.Contains(back.Body, `action="/signin"`) {
			t.Errorf("%q: going back without signing in was enough", pairs)
		}
		r := a.redeem(b.answer(b.signIn(p, "ada@example.org")).Get("code"))
		at, _ := claimsOf(t, r.str("id_token"))["auth_time"].(float64)
		if age := w.clock.now().Sub(time.Unix(int64(at), 0)); age > time.Minute {
			t.Errorf("%q: auth_time is %s old", pairs, age)
		}
		w.clock.skip(time.Hour)
	}
	want(t, "prompt=none with max_age=60", b.answer(b.authorize(a.request("prompt", "none", "max_age", "60"))).Get("error"), "login_required")
	if b.answer(b.authorize(a.request("max_age", "86400"))).Get("code") == "" {
		t.Error("max_age=86400 was not satisfied by a session of an hour")
	}
}

func TestRolesDecideWhoMayUseAnApp(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org", "writer")
	w.person("bob@example.org")
	a := w.app(func(c *clients.Client) { c.AllowedRoles = []string{"writer"} })
	if w.browser().signInTo(a, "ada@example.org").Get("code") == "" {
		t.Error("a writer may not use the writers' app")
	}
	want(t, "without the role", w.browser().signInTo(a, "bob@example.org").Get("error"), "access_denied")
}

func implicitly(c *clients.Client) {
	c.GrantType, c.ResponseType, c.RefreshTokens = clients.GrantImplicit, clients.ResponseToken, false
}

func TestImplicitStaysInTheFragment(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(implicitly)
	b := w.browser()
	p := b.submit(b.signIn(b.authorize(a.request("response_type", "token", "code_challenge", "", "code_challenge_method", "")), "ada@example.org"), "/consent", "decision", "allow")
	u, err := url.Parse(p.Location)
	if err != nil || u.RawQuery != "" {
		t.Fatalf("location %q, %v", p.Location, err)
	}
	q, err := url.ParseQuery(u.Fragment)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "userinfo", w.userinfo(q.Get("access_token")).Status, 200)
	want(t, "refresh token (RFC 6749 §4.2.2)", q.Get("refresh_token"), "")
	want(t, "state", q.Get("state"), "the state")
}
