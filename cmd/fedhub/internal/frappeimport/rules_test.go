package frappeimport

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// doc is a document with these fields; rows of child tables are given as
// table.field.
func doc(doctype string, pairs ...string) Doc {
	d := newDoc(doctype, Place{"file", 1})
	for i := 0; i+1 < len(pairs); i += 2 {
		if table, field, isRow := strings.Cut(pairs[i], "."); isRow {
			d.tables[table] = append(d.tables[table], map[string]string{field: pairs[i+1]})
		} else {
			d.fields[pairs[i]] = pairs[i+1]
		}
	}
	return d
}

func made(name string) string { return "made-for-" + strings.ToLower(name) + strings.Repeat("0", 16) }

func https(address string) error {
	if strings.HasPrefix(address, "http://") {
		return errors.New("must use https")
	}
	return nil
}

// rulesHold checks the rules for every export without options: no user becomes an
// administrator or gets a verified address, no disabled user becomes enabled, and
// every document that is not imported has a reason.
func rulesHold(t *testing.T, e *Export) {
	t.Helper()
	for _, d := range e.Users {
		p, r := person(d, "", []string{roleDesk}, Options{}, made)
		switch {
		case r.Outcome != "" && r.Reason == "":
			t.Errorf("no reason: %+v", r)
		case slices.Contains(p.Roles, users.AdminRole), !p.Disabled && r.Outcome == "" && !d.on("enabled"), p.EmailVerified:
			t.Errorf("got %+v", p)
		case r.Outcome == "" && !users.ValidSubject(p.ID) && p.ID != made(r.Name):
			t.Errorf("the subject %q", p.ID)
		}
	}
	for _, d := range e.Clients {
		if c, r := client(d, https); r.Outcome == "" && (c.HasGrant(clients.GrantImplicit) || slices.Contains(c.Scopes, "all") || len(c.RedirectURIs) == 0) {
			t.Errorf("got %+v", c)
		}
	}
	for _, d := range e.Keys {
		if k, _ := loginKey(d, Options{}, "https://id.example.org"); k.Enabled {
			t.Errorf("the key %s is switched on", k.ID)
		}
	}
}

func TestRolesOfAPerson(t *testing.T) {
	for name, row := range map[string]struct {
		there  []string
		kind   string
		wanted []string
		admins bool
		want   []string
	}{
		"automatic ones":             {[]string{"All", "Guest", "Desk User", "Administrator", "Employee"}, "Website User", []string{"Desk User"}, false, []string{"Employee"}},
		"a System Manager":           {[]string{"System Manager"}, "System User", nil, false, []string{"System Manager"}},
		"one who is to rule":         {[]string{"System Manager"}, "System User", nil, true, []string{"admin", "System Manager"}},
		"a role that is named admin": {[]string{"admin", " admin "}, "System User", nil, true, []string{renamedAdmin}},
		"another spelling":           {[]string{"Admin"}, "System User", nil, true, []string{"Admin"}},
		"desk users, wanted":         {[]string{"Employee"}, "System User", []string{"Desk User"}, false, []string{"Desk User", "Employee"}},
		"desk users, not wanted":     {[]string{"Employee"}, "System User", nil, false, []string{"Employee"}},
		"unreadable ones":            {[]string{"a\u202eb", strings.Repeat("x", 65), "a\nb"}, "System User", nil, false, nil},
	} {
		var pairs []string
		for _, role := range row.there {
			pairs = append(pairs, "roles.role", role)
		}
		got, _ := rolesHere(doc(User, append(pairs, "user_type", row.kind)...), row.wanted, row.admins)
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
	var many []string
	for i := range 150 {
		many = append(many, "roles.role", "Role "+string(rune('a'+i/26))+string(rune('a'+i%26)))
	}
	got, dropped := rolesHere(doc(User, append(many, "roles.role", "Zebra")...), []string{"Zebra"}, false)
	if len(got) != maxRoles || len(dropped) != 51 || got[0] != "Zebra" {
		t.Errorf("got %d roles, %d dropped, first %q", len(got), len(dropped), got[0])
	}
}

func TestWhoIsTakenOver(t *testing.T) {
	const sub = "46142bcd53ea31937b65b87ab402b8a4360be61"
	for name, row := range map[string]struct {
		d    Doc
		want Outcome
		id   string
		mail string
	}{
		"somebody":           {doc(User, "name", "Asha@Example.com", "email", "Asha@Example.com", "enabled", "1"), "", made("asha@example.com"), "asha@example.com"},
		"by their name":      {doc(User, "name", "asha@example.com", "enabled", "0"), "", made("asha@example.com"), "asha@example.com"},
		"Administrator":      {doc(User, "name", "Administrator", "email", "ceo@example.com", "enabled", "1"), Skipped, "", ""},
		"Guest":              {doc(User, "name", "guest", "enabled", "1"), Skipped, "", ""},
		"nobody says enable": {doc(User, "name", "asha@example.com"), Unclear, "", ""},
		"no address":         {doc(User, "name", "asha", "enabled", "1"), Unclear, "", ""},
	} {
		p, r := person(row.d, "", nil, Options{NewSubjects: true}, made)
		if r.Outcome != row.want || p.ID != row.id || p.Email != row.mail || r.Outcome == "" && p.Disabled == row.d.on("enabled") {
			t.Errorf("%s: got %s (%s), %q, %q", name, r.Outcome, r.Reason, p.ID, p.Email)
		}
	}
	login := func(provider, id string) map[string]string {
		return map[string]string{"provider": provider, "userid": id}
	}
	for name, row := range map[string]struct {
		logins     []map[string]string
		id         string
		identities []Identity
	}{
		"the site's own":  {[]map[string]string{login("frappe", sub), login("google", "104857600000000000001")}, sub, []Identity{{"google", "104857600000000000001"}}},
		"two of them":     {[]map[string]string{login("frappe", sub), login("frappe", "b"+sub[1:])}, made("a@example.com"), nil},
		"one too short":   {[]map[string]string{login("frappe", "7")}, made("a@example.com"), nil},
		"one that breaks": {[]map[string]string{login("frappe", "../../../../../etc/passwd")}, made("a@example.com"), nil},
		"others":          {[]map[string]string{login("github", "583231"), login("github", "583231"), login("github", "0"), login("office_365", "AAA"), login("google", "me@gmail.com")}, made("a@example.com"), []Identity{{"github", "583231"}}},
	} {
		d := doc(User, "name", "a@example.com", "enabled", "1")
		d.tables["social_logins"] = row.logins
		p, _ := person(d, "", nil, Options{}, made)
		if p.ID != row.id || !slices.Equal(p.Identities, row.identities) {
			t.Errorf("%s: got %q, %v", name, p.ID, p.Identities)
		}
	}
}

func TestWhatAPersonShows(t *testing.T) {
	d := doc(User, "name", "a@example.com", "enabled", "1", "first_name", "Léna", "last_name", "Dupont", "language", "pt_BR",
		"time_zone", "Mars/Olympus", "user_image", "/files/lena.png", "username", "lena", "gender", "Female", "restrict_ip", "10.1")
	p, r := person(d, "$pbkdf2-sha256$1000$DcH4H0MIgbD23jsHgFBKiQ$zhM1iCpb0wDDHdSVvJxLNZy4ciwM6k2hU/E1B9zg8H8", nil, Options{TrustEmails: true, NewSubjects: true}, made)
	if p.Name != "Léna Dupont" || p.GivenName != "Léna" || p.Locale != "pt-BR" || p.Zoneinfo != "" || p.Picture != "" || p.Username != "lena" || p.Gender != "" || !p.EmailVerified || p.NewUser.Imported == "" {
		t.Errorf("got %+v", p.NewUser)
	}
	if len(r.Notes) != 2 || len(p.left) != 3 {
		t.Errorf("notes %q, left %q", r.Notes, p.left)
	}
	d.fields["user_image"] = "https://img.example.com/a.png"
	if p, r := person(d, "", nil, Options{NewSubjects: true}, made); p.Picture != "https://img.example.com/a.png" || p.EmailVerified || r.Outcome != "" {
		t.Errorf("got %+v, %+v", p.NewUser, r)
	}
	// No user with a password is imported without it.
	for _, hash := range []string{"$frappel$29000$a$b", "$pbkdf2-sha256$999999999$c2FsdHNhbHQ$zhM1iCpb0wDDHdSVvJxLNZy4ciwM6k2hU/E1B9zg8H8", "plain"} {
		p, r := person(d, hash, nil, Options{NewSubjects: true}, made)
		if p.NewUser.Imported != "" || r.Outcome != Unclear || r.Reason == "" || len(r.Next) != 1 || strings.Contains(r.Reason, "zhM1") {
			t.Errorf("%s: %+v, %+v", hash, p.NewUser, r)
		}
	}
}

const siteBack = "https://erp.example.com:8443/api/method/frappe.integrations.oauth2_logins.custom/hub"

func TestWhatAClientBecomes(t *testing.T) {
	good := []string{"name", "3k9v2m1q0a", "app_name", "App", "client_secret", "5f1c09ab7e", "scopes", "all openid", "grant_type", "Authorization Code", "response_type", "Code"}
	with := func(pairs ...string) Doc { return doc(OAuthClient, append(slices.Clone(good), pairs...)...) }
	for name, row := range map[string]struct {
		d       Doc
		outcome Outcome
		kind    clients.Type
		method  string
		site    string
		check   func(c ClientHere) bool
	}{
		"a site": {with("redirect_uris", siteBack), "", clients.Web, clientauth.MethodPost, "https://erp.example.com:8443", func(c ClientHere) bool {
			return c.IDTokenAlg == "HS256" && c.PKCEOptional && c.Frappe.Provider == "hub"
		}},
		"an old site":     {with("redirect_uris", "https://erp.example.com/api/method/frappe.www.login.login_via_frappe"), "", clients.Web, clientauth.MethodPost, "https://erp.example.com", nil},
		"a keycloak":      {with("redirect_uris", "https://erp.example.com"+logins+"login_via_keycloak/keycloak"), "", clients.Web, clientauth.MethodPost, "https://erp.example.com", func(c ClientHere) bool { return c.Frappe.Provider == clients.KeycloakProvider }},
		"a site, default": {with("redirect_uris", "https://a.example.com/cb\n"+siteBack, "default_redirect_uri", siteBack), "", clients.Web, clientauth.MethodPost, "https://erp.example.com:8443", func(c ClientHere) bool { return c.DefaultRedirectURI == siteBack && len(c.RedirectURIs) == 2 }},
		"a server": {with("redirect_uris", "https://a.example.com/cb  https://a.example.com/b", "token_endpoint_auth_method", "Client Secret Basic"), "", clients.Web, clientauth.MethodPost, "", func(c ClientHere) bool {
			return c.PKCEOptional && c.OpenIDMeansProfile && c.IDTokenAlg == "" && c.Secret == "5f1c09ab7e"
		}},
		"a page":       {with("redirect_uris", "https://a.example.com/cb", "token_endpoint_auth_method", "None"), "", clients.SPA, clientauth.MethodNone, "", func(c ClientHere) bool { return !c.PKCEOptional && c.Secret == "" }},
		"an installed": {with("redirect_uris", "com.example.a:/cb", "skip_authorization", "1"), "", clients.Native, clientauth.MethodNone, "", func(c ClientHere) bool { return !c.SkipAuthorization && c.Secret == "" }},
		"half of it http": {with("redirect_uris", "http://a.example.com/cb https://a.example.com/cb", "default_redirect_uri", "http://a.example.com/cb"), "", clients.Web, clientauth.MethodPost, "", func(c ClientHere) bool {
			return slices.Equal(c.RedirectURIs, []string{"https://a.example.com/cb"}) && c.DefaultRedirectURI == c.RedirectURIs[0]
		}},
		"stars":           {with("redirect_uris", siteBack, "client_secret", "**********"), "", clients.Web, clientauth.MethodPost, "https://erp.example.com:8443", func(c ClientHere) bool { return c.Secret == "" }},
		"all of it http":  {with("redirect_uris", "http://a.example.com/cb"), Unclear, "", "", "", nil},
		"no address":      {with("default_redirect_uri", "https://a.example.com/cb"), Unclear, "", "", "", nil},
		"implicit":        {with("redirect_uris", "https://a.example.com/cb", "grant_type", "Implicit", "response_type", "Token"), Unclear, "", "", "", nil},
		"half implicit":   {with("redirect_uris", "https://a.example.com/cb", "response_type", "Token"), Unclear, "", "", "", nil},
		"registered":      {with("redirect_uris", "https://a.example.com/cb", "is_dynamic_client", "1"), Skipped, "", "", "", nil},
		"by a stranger":   {with("redirect_uris", "https://a.example.com/cb", "owner", "Guest"), Skipped, "", "", "", nil},
		"all may use it":  {with("redirect_uris", siteBack, "allowed_roles.role", "All", "allowed_roles.role", "Boss"), "", clients.Web, clientauth.MethodPost, "https://erp.example.com:8443", func(c ClientHere) bool { return c.AllowedRoles == nil }},
		"some may use it": {with("redirect_uris", siteBack, "allowed_roles.role", "admin", "allowed_roles.role", "Boss"), "", clients.Web, clientauth.MethodPost, "https://erp.example.com:8443", func(c ClientHere) bool { return slices.Equal(c.AllowedRoles, []string{"Boss", renamedAdmin}) }},
		"nobody may use":  {func() Doc { d := with("redirect_uris", siteBack); d.tables["allowed_roles"] = nil; return d }(), "", clients.Web, clientauth.MethodPost, "https://erp.example.com:8443", func(c ClientHere) bool { return slices.Equal(c.AllowedRoles, []string{roleDesk}) }},
		"a bad logo":      {with("redirect_uris", siteBack, "logo_uri", "javascript:alert(1)", "client_uri", "https://a.example.com"), "", clients.Web, clientauth.MethodPost, "https://erp.example.com:8443", func(c ClientHere) bool { return c.LogoURI == "" && c.ClientURI != "" }},
	} {
		c, r := client(row.d, https)
		site := ""
		if c.Frappe != nil {
			site = c.Frappe.URL
		}
		if r.Outcome != row.outcome || c.Type != row.kind || c.AuthMethod != row.method || site != row.site || slices.Contains(c.Scopes, "all") {
			t.Errorf("%s: got %s (%s), %s, %s, %q, %q", name, r.Outcome, r.Reason, c.Type, c.AuthMethod, site, c.Scopes)
		}
		if row.check != nil && !row.check(c) {
			t.Errorf("%s: got %+v", name, c)
		}
		if text := strings.Join(append(r.Notes, r.Next...), " "); strings.Contains(text, "5f1c09ab7e") {
			t.Errorf("%s: the secret is told: %s", name, text)
		}
	}
}

func TestWhatALoginKeyBecomes(t *testing.T) {
	const hub = "https://id.example.org"
	for name, row := range map[string]struct {
		d                   Doc
		outcome             Outcome
		preset, base, check string
	}{
		"google":       {doc(SocialLoginKey, "name", "google", "social_login_provider", "Google", "client_id", "x", "sign_ups", "Allow"), "", "google", "https://accounts.google.com", ""},
		"a tenant":     {doc(SocialLoginKey, "name", "office_365", "social_login_provider", "Office 365", "authorize_url", "https://login.microsoftonline.com/acme.example/oauth2/authorize"), "", "microsoft", "https://login.microsoftonline.com/acme.example/v2.0", ""},
		"any tenant":   {doc(SocialLoginKey, "name", "office_365", "social_login_provider", "Office 365", "authorize_url", "https://login.microsoftonline.com/common/oauth2/authorize"), "", "microsoft", "https://login.microsoftonline.com/organizations/v2.0", ""},
		"keycloak":     {doc(SocialLoginKey, "name", "keycloak", "social_login_provider", "Keycloak", "base_url", "https://id.acme.example/auth/realms/main/"), "", "keycloak", "https://id.acme.example/auth/realms/main", ""},
		"fairlogin":    {doc(SocialLoginKey, "name", "fairlogin", "social_login_provider", "fairlogin", "base_url", "https://id.fairkom.net/auth/realms/fairlogin/"), "", "keycloak", "https://id.fairkom.net/auth/realms/fairlogin", ""},
		"like one":     {doc(SocialLoginKey, "name", "sso", "social_login_provider", "Custom", "base_url", "https://id.acme.example", "authorize_url", "/realms/a/protocol/openid-connect/auth"), "", "keycloak", "https://id.acme.example/realms/a", ""},
		"another site": {doc(SocialLoginKey, "name", "frappe", "social_login_provider", "Frappe", "base_url", "https://head.example.com"), "", "frappe", "https://head.example.com", ""},
		"the site":     {doc(SocialLoginKey, "name", "frappe", "social_login_provider", "Frappe", "base_url", "https://ERP.example.com/"), Skipped, "", "", ""},
		"this hub":     {doc(SocialLoginKey, "name", "frappe", "social_login_provider", "Frappe", "base_url", hub), Skipped, "", "", ""},
		"any":          {doc(SocialLoginKey, "name", "acme_sso", "social_login_provider", "Custom", "base_url", "https://sso.acme.example/", "authorize_url", "/a", "access_token_url", "t", "api_endpoint", "https://api.acme.example/me", "auth_url_data", `{"scope": "openid email"}`, "user_id_property", "uid"), "", "oauth2", "https://sso.acme.example", "https://sso.acme.example/a https://sso.acme.example/t https://api.acme.example/me openid email uid"},
		"nothing":      {doc(SocialLoginKey, "name", "x", "social_login_provider", "Custom"), Unclear, "", "", ""},
	} {
		k, r := loginKey(row.d, Options{Site: "https://erp.example.com"}, hub)
		if r.Outcome != row.outcome || k.Preset != row.preset || k.BaseURL != row.base || k.Enabled || r.Outcome == "" && len(r.Next) == 0 {
			t.Errorf("%s: got %s (%s), %s at %s", name, r.Outcome, r.Reason, k.Preset, k.BaseURL)
		}
		described := strings.Join([]string{k.Endpoints.Authorize, k.Endpoints.Token, k.Endpoints.Userinfo, strings.Join(k.Scopes, " "), k.Claims.Subject}, " ")
		if row.check != "" && described != row.check {
			t.Errorf("%s: described as %q, want %q", name, described, row.check)
		}
		if want := map[bool]string{true: federation.Allow, false: federation.Deny}[row.d.text("sign_ups") == "Allow"]; r.Outcome == "" && k.SignUps != want {
			t.Errorf("%s: sign-ups %s, want %s", name, k.SignUps, want)
		}
	}
}

func TestHowPeopleAreAskedForConsent(t *testing.T) {
	old := func(value string) Doc { return doc(ProviderSettings, "skip_authorization", value) }
	now := func(value string) Doc { return doc(OAuthSettings, "skip_authorization", value) }
	for name, row := range map[string]struct {
		docs []Doc
		want string
	}{
		"nothing":      {nil, ""},
		"auto":         {[]Doc{old("Auto")}, settings.Auto},
		"force":        {[]Doc{old("Force")}, settings.Force},
		"never saved":  {[]Doc{old("")}, settings.Force},
		"newer, on":    {[]Doc{now("1"), old("Force")}, settings.Auto},
		"newer, off":   {[]Doc{now("0"), old("Auto")}, settings.Auto},
		"newer, alone": {[]Doc{now("0")}, settings.Force},
	} {
		if got := consentOf(row.docs); got != row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}
