package federation_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/texts"
)

// goodKey is a key that can be saved.
func goodKey() federation.LoginKey {
	return federation.LoginKey{ID: "up", Kind: "openid", Name: "Upstream", BaseURL: "https://id.example.org", ClientID: "us"}
}

func TestEveryFieldIsChecked(t *testing.T) {
	env := federation.Dependencies{Hub: "https://hub.example.org/login"}
	for name, row := range map[string]struct {
		edit  func(*federation.LoginKey)
		field string // empty: may be saved
	}{
		"as it is":                 {func(*federation.LoginKey) {}, ""},
		"an id with capitals":      {func(k *federation.LoginKey) { k.ID = "Up" }, "id"},
		"an id with a slash":       {func(k *federation.LoginKey) { k.ID = "a/b" }, "id"},
		"an id with two hyphens":   {func(k *federation.LoginKey) { k.ID = "a--b" }, "id"},
		"the id of a page":         {func(k *federation.LoginKey) { k.ID = "new" }, "id"},
		"a long id":                {func(k *federation.LoginKey) { k.ID = strings.Repeat("x", 41) }, "id"},
		"no name":                  {func(k *federation.LoginKey) { k.Name = " " }, "name"},
		"a long name":              {func(k *federation.LoginKey) { k.Name = strings.Repeat("ä", 61) }, "name"},
		"a name of two lines":      {func(k *federation.LoginKey) { k.Name = "a\nb" }, "name"},
		"a name that turns round":  {func(k *federation.LoginKey) { k.Name = "a\u202eb" }, "name"},
		"a name in any script":     {func(k *federation.LoginKey) { k.Name = "本社" }, ""},
		"an icon from elsewhere":   {func(k *federation.LoginKey) { k.Icon = "https://x/y.png" }, "icon"},
		"no address":               {func(k *federation.LoginKey) { k.BaseURL = "" }, "base_url"},
		"an address by half":       {func(k *federation.LoginKey) { k.BaseURL = "id.example.org" }, "base_url"},
		"plain http":               {func(k *federation.LoginKey) { k.BaseURL = "http://id.example.org" }, "base_url"},
		"javascript":               {func(k *federation.LoginKey) { k.BaseURL = "javascript://x/%0aalert(1)" }, "base_url"},
		"a file":                   {func(k *federation.LoginKey) { k.BaseURL = "file:///etc/passwd" }, "base_url"},
		"a user name":              {func(k *federation.LoginKey) { k.BaseURL = "https://a@id.example.org" }, "base_url"},
		"a query":                  {func(k *federation.LoginKey) { k.BaseURL = "https://id.example.org?x" }, "base_url"},
		"a bare question mark":     {func(k *federation.LoginKey) { k.BaseURL = "https://id.example.org?" }, "base_url"},
		"a fragment":               {func(k *federation.LoginKey) { k.BaseURL = "https://id.example.org#x" }, "base_url"},
		"a backslash":              {func(k *federation.LoginKey) { k.BaseURL = `https://id.example.org\@evil.test` }, "base_url"},
		"three slashes":            {func(k *federation.LoginKey) { k.BaseURL = "https:///id.example.org" }, "base_url"},
		"one slash":                {func(k *federation.LoginKey) { k.BaseURL = "https:/id.example.org" }, "base_url"},
		"look-alike letters":       {func(k *federation.LoginKey) { k.BaseURL = "https://іd.example.org" }, "base_url"},
		"a wide dot":               {func(k *federation.LoginKey) { k.BaseURL = "https://id。example.org" }, "base_url"},
		"a slash at the end":       {func(k *federation.LoginKey) { k.BaseURL += "/" }, ""},
		"a path":                   {func(k *federation.LoginKey) { k.BaseURL += "/realms/a" }, ""},
		"the discovery document":   {func(k *federation.LoginKey) { k.BaseURL += "/.well-known/openid-configuration" }, ""},
		"ourselves":                {func(k *federation.LoginKey) { k.BaseURL = "https://hub.example.org/login" }, "base_url"},
		"ourselves in capitals":    {func(k *federation.LoginKey) { k.BaseURL = "HTTPS://HUB.example.org:443/login/" }, "base_url"},
		"on without a client id":   {func(k *federation.LoginKey) { k.Enabled, k.ClientID = true, "" }, "client_id"},
		"a draft":                  {func(k *federation.LoginKey) { k.Enabled, k.ClientID = false, "" }, ""},
		"a client id of two lines": {func(k *federation.LoginKey) { k.ClientID = "a\nb" }, "client_id"},
		"a peer with a client id":  {func(k *federation.LoginKey) { k.Kind = "peer" }, "client_id"},
		"a peer":                   {func(k *federation.LoginKey) { k.Kind, k.ClientID = "peer", "" }, ""},
		"scopes in one":            {func(k *federation.LoginKey) { k.Scopes = []string{"openid email"} }, "scopes"},
		"a scope with a quote":     {func(k *federation.LoginKey) { k.Scopes = []string{`a"b`} }, "scopes"},
		"a host with a path":       {func(k *federation.LoginKey) { k.Hosts = []string{"a.example.org/x"} }, "hosts"},
		"a host with a scheme":     {func(k *federation.LoginKey) { k.Hosts = []string{"https://a.example.org"} }, "hosts"},
		"a host with a user":       {func(k *federation.LoginKey) { k.Hosts = []string{"a@b.example.org"} }, "hosts"},
		"a host with a port":       {func(k *federation.LoginKey) { k.Hosts = []string{"A.example.org:8443"} }, ""},
		"sign-ups by accident":     {func(k *federation.LoginKey) { k.SignUps = "yes" }, "sign_ups"},
		"linking by accident":      {func(k *federation.LoginKey) { k.Linking = "always" }, "linking"},
		"a domain with an @":       {func(k *federation.LoginKey) { k.AuthoritativeDomains = []string{"@example.org"} }, "authoritative_domains"},
		"a domain of one word":     {func(k *federation.LoginKey) { k.AuthoritativeDomains = []string{"org"} }, "authoritative_domains"},
		"a domain in capitals":     {func(k *federation.LoginKey) { k.AuthoritativeDomains = []string{"Example.ORG"} }, ""},
		"a rule for no role":       {func(k *federation.LoginKey) { k.RoleMap = map[string]string{"": "admin"} }, "role_map"},
		"a rule read as another":   {func(k *federation.LoginKey) { k.RoleMap = map[string]string{"a": "b = c"} }, "role_map"},
		"a text cut somehow":       {func(k *federation.LoginKey) { k.Claims.RolesText = "dots" }, "claims.roles_text"},
		"a text with words":        {func(k *federation.LoginKey) { k.Claims.RolesText = " blanks " }, ""},
		"a rule with an operator":  {func(k *federation.LoginKey) { k.RoleMap = map[string]string{"$set": "admin"} }, "role_map"},
		"sign-ups of no domain":    {func(k *federation.LoginKey) { k.SignUps = federation.Domains }, "sign_up_domains"},
		"sign-ups of a domain":     {func(k *federation.LoginKey) { k.SignUps, k.SignUpDomains = federation.Domains, []string{"Example.org"} }, ""},
		"sign-ups by invitation":   {func(k *federation.LoginKey) { k.SignUps = federation.Invited }, ""},
		"a home of one word":       {func(k *federation.LoginKey) { k.HomeDomains = []string{"org"} }, "home_domains"},
		"an option":                {func(k *federation.LoginKey) { k.Options = map[string]string{"tenant": " common "} }, ""},
		"an option of two lines":   {func(k *federation.LoginKey) { k.Options = map[string]string{"tenant": "a\nb"} }, "options.tenant"},
		"an option with a dot":     {func(k *federation.LoginKey) { k.Options = map[string]string{"a.b": "x"} }, "options"},
		"a preset with a slash":    {func(k *federation.LoginKey) { k.Preset = "a/b" }, "preset"},
		"an endpoint of OpenID":    {func(k *federation.LoginKey) { k.Endpoints.Token = "https://id.example.org/token" }, "endpoints.token"},
		"a parameter":              {func(k *federation.LoginKey) { k.Params = map[string]string{"prompt": "consent"} }, ""},
		"a parameter of ours":      {func(k *federation.LoginKey) { k.Params = map[string]string{"redirect_uri": "https://evil.test"} }, "params"},
		"one of ours in capitals":  {func(k *federation.LoginKey) { k.Params = map[string]string{"STATE": "x"} }, "params"},
		"a parameter with a space": {func(k *federation.LoginKey) { k.Params = map[string]string{"a b": "x"} }, "params"},
		"a parameter of two lines": {func(k *federation.LoginKey) { k.Params = map[string]string{"a": "x\ny"} }, "params"},
		"a claim path":             {func(k *federation.LoginKey) { k.Claims.Roles = "realm_access.roles" }, ""},
		"a claim path of nothing":  {func(k *federation.LoginKey) { k.Claims.Roles = "a..b" }, "claims.roles"},
		"another subject":          {func(k *federation.LoginKey) { k.Claims.Subject = "email" }, "claims.subject"},
		"a group of a directory":   {func(k *federation.LoginKey) { k.RoleMap = map[string]string{"cn=a b,dc=x.y/z:1": "c, d=e"} }, ""},
		"a rule":                   {func(k *federation.LoginKey) { k.RoleMap = map[string]string{"Sales.User": "sales"} }, ""},
	} {
		k := goodKey()
		row.edit(&k)
		k.Tidy()
		var fields []string
		for _, problem := range k.Validate(env) {
			fields = append(fields, problem.Field)
		}
		var want []string
		if row.field != "" {
			want = []string{row.field}
		}
		if !slices.Equal(fields, want) {
			t.Errorf("%s: got problems with %v, want %v", name, fields, want)
		}
	}
}

func TestEndpointsByHandAreChecked(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://id.example.org/token": true, "https://id.example.org/token?v=1": true, "": false, "id.example.org": false,
		"http://id.example.org/token": false, "https://a@id.example.org/": false, "https://id.example.org/#x": false,
		"javascript:alert(1)": false, "file:///etc/passwd": false, `https://id.example.org\@evil.test`: false,
	} {
		k := goodKey()
		k.Kind, k.Enabled, k.Claims.Subject = federation.KindOAuth2, true, "id"
		k.Endpoints = federation.Endpoints{Authorize: "https://id.example.org/a", Token: address, Userinfo: "https://id.example.org/u"}
		k.Tidy()
		problems := k.Validate(federation.Dependencies{})
		if got := len(problems) == 0; got != ok || !ok && problems[0].Field != "endpoints.token" {
			t.Errorf("%q: got %v", address, problems)
		}
	}
}

func TestALocalHubMayUsePlainHTTP(t *testing.T) {
	k := goodKey()
	k.BaseURL = "http://localhost:8080"
	k.Tidy()
	if problems := k.Validate(federation.Dependencies{Hub: "http://localhost:8081", AllowHTTP: true}); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestDefaultsAreTheCarefulOnes(t *testing.T) {
	for kind, signUps := range map[string]string{"openid": federation.Deny, "peer": federation.Allow} {
		k := federation.LoginKey{Kind: kind}
		k.Tidy()
		if k.SignUps != signUps || k.Linking != federation.Confirm || k.TrustEmail || k.Enabled {
			t.Errorf("%s: got %+v", kind, k)
		}
	}
}

func TestAStrangersTextIsCleaned(t *testing.T) {
	for _, row := range []struct {
		text string
		max  int
		want string
	}{
		{" plain ", 20, "plain"},
		{"a\x00b\r\nc\td", 20, "abcd"},
		{"a\u202eb\u200bc\ufeffd", 20, "abcd"},
		{"\xff\xfeab", 20, "ab"},
		{"äöü", 4, "äö"},
		{"äöü", 3, "ä"},
		{"abc", 0, ""},
	} {
		if got := federation.CleanText(row.text, row.max); got != row.want {
			t.Errorf("%q to %d: got %q, want %q", row.text, row.max, got, row.want)
		}
	}
}

func TestEveryErrorHasASentence(t *testing.T) {
	cause := errors.New("cause")
	for _, kind := range []federation.FaultKind{federation.Unreachable, federation.Untrusted, federation.Misconfigured, federation.Unexpected, federation.Circular} {
		fault := federation.NewFault(kind, "Head Office", cause)
		if fault.Says.String() != "fault."+string(kind)+"[name:Head Office]" || !errors.Is(fault, cause) {
			t.Errorf("%s: got %q", kind, fault.Says)
		}
	}
}

func TestAKeySurvivesItsRecord(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 6e6, time.UTC)
	want := federation.LoginKey{
		ID: "up", Kind: "peer", Name: "Upstream", Icon: "house", Enabled: true, Direct: true, Position: 3,
		BaseURL: "https://id.example.org", ClientID: "us", Secret: "sealed", Scopes: []string{"openid"}, Hosts: []string{"api.example.org"},
		Issuer: "https://id.example.org/", SignUps: federation.Deny, Linking: federation.Auto,
		AuthoritativeDomains: []string{"example.org"}, TrustEmail: true, RoleMap: map[string]string{"Sales.User": "sales"},
		Preset: "keycloak", Options: map[string]string{"realm": "a"}, Params: map[string]string{"prompt": "consent"},
		Claims: federation.Claims{Roles: "realm_access.roles"}, SignUpDomains: []string{"example.org"},
		Join:    federation.ConnectionRequest{Status: federation.Active, Why: texts.New("join.active", "name", "Upstream"), Message: "m", Said: "s", Checked: at},
		Created: at, Updated: at,
	}
	record, err := bson.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got federation.LoginKey
	if err := bson.Unmarshal(record, &got); err != nil {
		t.Fatal(err)
	}
	got.Join.Checked, got.Created, got.Updated = got.Join.Checked.UTC(), got.Created.UTC(), got.Updated.UTC()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if id, err := bson.Raw(record).LookupErr("id"); err != nil || id.StringValue() != want.Key() {
		t.Errorf("id: got %v and %v, want %q", id, err, want.Key())
	}
}
