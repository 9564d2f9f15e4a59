package authrequest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
)

const (
	namedAPI = "https://named.example.org"
	anyAPI   = "https://any.example.org"
	mcpAPI   = "https://mcp.example.org"
	ownAPI   = "https://hub.example.org/api"
)

// kinds are the three kinds of clients, each with a grant of the named API.
var kinds = map[string]func(*clients.Client){
	"administered": func(*clients.Client) {},
	"registered":   func(c *clients.Client) { c.Registration.At = time.Unix(1, 0) },
	"document":     func(c *clients.Client) { c.Document = &clients.Document{Host: "app.example.org"} },
}

func TestWhoGetsATokenForWhichAPIByWhichGrantType(t *testing.T) {
	const (
		nobody = ""
		all    = "administered registered document"
		known  = "administered"
	)
	type row struct{ granted, named, any, mcp, own string }
	page := row{granted: all, named: nobody, any: known, mcp: all, own: all}
	alone := row{granted: known, named: nobody, any: known, mcp: known, own: all}
	for grant, want := range map[string]row{
		clients.GrantCode: page, clients.GrantImplicit: page, clients.GrantRefresh: page, clients.GrantDevice: page,
		clients.GrantClientCredentials: alone, clients.GrantExchange: alone, clients.GrantJWT: alone, clients.GrantCIBA: alone,
	} {
		for kind, edit := range kinds {
			for api, may := range map[string]string{"granted": want.granted, namedAPI: want.named, anyAPI: want.any, mcpAPI: want.mcp, ownAPI: want.own} {
				c := app(edit)
				c.Resources = []string{ownAPI}
				identifier := api
				if api == "granted" {
					identifier = namedAPI
					c.Resources = append(c.Resources, namedAPI)
				}
				got, err := resolver.Resolve(t.Context(), Wish{Client: c, Grant: grant, Resources: []string{identifier}})
				var refused *oauth.Error
				if errors.As(err, &refused) && refused.Code != "invalid_target" {
					t.Errorf("%s, %s, %s: got %v", grant, kind, api, err)
				}
				if (err == nil) != slices.Contains(strings.Fields(may), kind) {
					t.Errorf("%s, %s, %s: got %+v, %v", grant, kind, api, got, err)
				}
			}
		}
	}
}

func TestTheScopesOfAnAPI(t *testing.T) {
	for _, row := range []struct {
		what, kind, scope, resource string
		scopes, resources, refused  string
	}{
		{"a scope names its API", "administered", "openid named:read", "", "openid named:read", namedAPI, ""},
		{"both are named", "administered", "named:read", namedAPI, "named:read", namedAPI, ""},
		{"a scope that was not granted", "administered", "named:write", namedAPI, "", "", "invalid_scope"},
		{"a scope of another API than the named one", "administered", "any:read", namedAPI, "", "", "invalid_scope"},
		{"an open API needs no grant", "administered", "any:read", "", "any:read", anyAPI, ""},
		{"but one by an administrator", "registered", "any:read", "", "", "", "invalid_scope"},
		{"open to all", "registered", "openid mcp:read", mcpAPI, "openid mcp:read", mcpAPI, ""},
		{"open to documents", "document", "mcp:read", "", "mcp:read", mcpAPI, ""},
		{"a grant to an app that writes its own scopes", "registered", "named:write", namedAPI, "named:write", namedAPI, ""},
		{"the root with a slash", "document", "mcp:read", mcpAPI + "/", "mcp:read", mcpAPI, ""},
		{"the root without one", "administered", "openid", "https://api.example.org", "openid", "https://api.example.org/", ""},
		{"a path is another API", "administered", "openid", namedAPI + "/x", "", "", "invalid_target"},
		{"a scope of no API", "administered", "files", namedAPI, "", "", "invalid_scope"},
		{"an unknown scope", "administered", "openid unknown", mcpAPI, "openid", mcpAPI, ""},
	} {
		c := app(kinds[row.kind])
		c.Scopes, c.Resources = append(c.Scopes, "named:read"), append(c.Resources, namedAPI)
		w := Wish{Client: c, Grant: clients.GrantCode, Scope: row.scope}
		if row.resource != "" {
			w.Resources = []string{row.resource}
		}
		got, err := resolver.Resolve(t.Context(), w)
		code := ""
		if refused, ok := errors.AsType[*oauth.Error](err); ok {
			code = refused.Code
		}
		if code != row.refused || row.refused == "" && (strings.Join(got.Scopes, " ") != row.scopes || strings.Join(got.Resources, " ") != row.resources || err != nil) {
			t.Errorf("%s: got %+v, %v", row.what, got, err)
		}
	}
}

func TestWhatIsLeftOfAnAccess(t *testing.T) {
	ctx := t.Context()
	c := app()
	c.Scopes = append(c.Scopes, "named:read")
	c.Resources = append(c.Resources, namedAPI)
	had := Access{Scopes: []string{"openid", "named:read", "any:read"}, Resources: []string{namedAPI, anyAPI}}
	left, err := resolver.Still(ctx, c, clients.GrantCode, time.Now().Add(time.Hour), had)
	if err != nil || strings.Join(left.Scopes, " ") != "openid named:read any:read" || len(left.Resources) != 2 {
		t.Errorf("all of it: got %+v, %v", left, err)
	}
	c.Resources = nil
	left, err = resolver.Still(ctx, c, clients.GrantCode, time.Now().Add(time.Hour), had)
	if err != nil || strings.Join(left.Scopes, " ") != "openid any:read" || strings.Join(left.Resources, " ") != anyAPI {
		t.Errorf("without a grant: got %+v, %v", left, err)
	}
	for what, since := range map[string]time.Time{"agreed to before the API was there": time.Now().Add(-time.Hour)} {
		if _, err := resolver.Still(ctx, c, clients.GrantCode, since, had); !strings.Contains(oauthCode(err), "invalid_grant") {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func oauthCode(err error) string {
	if refused, ok := errors.AsType[*oauth.Error](err); ok {
		return refused.Code
	}
	return ""
}

func TestWhoMustAgreeOnAPage(t *testing.T) {
	for kind, edit := range kinds {
		for _, api := range []string{mcpAPI, namedAPI, ownAPI} {
			got, err := resolver.MustAgree(t.Context(), app(edit), []string{api})
			if want := kind != "administered" && api != ownAPI; err != nil || got != want {
				t.Errorf("%s, %s: got %v, %v", kind, api, got, err)
			}
		}
	}
}
