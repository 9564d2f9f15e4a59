package claims_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/internal/texts"
)

var by = audit.Named("test")

// prepared is a world with Ada of the sales department, in the group Sales.
func prepared(t *testing.T, db store.Backend) (*hubtest.World, users.User) {
	t.Helper()
	w := hubtest.NewWorld(t, db)
	ada := w.Person("ada@example.org")
	for _, f := range []fields.Field{
		{Name: "department", Label: "Department", Type: fields.Text},
		{Name: "grade", Label: "Grade", Type: fields.Number},
		{Name: "remote", Label: "Works remotely", Type: fields.Boolean},
		{Name: "motto", Label: "Motto", Type: fields.Text, Visible: true, Edited: true},
	} {
		hubtest.Done(t, w.Hub.AddField(t.Context(), by, f))
	}
	_, err := w.Hub.ChangeUserFields(t.Context(), by, ada.ID, map[string]string{"department": "Sales", "grade": "7", "remote": "true", "motto": "admin"})
	hubtest.Done(t, err)
	for _, name := range []string{"Sales", "Staff"} {
		g, err := w.Hub.AddGroup(t.Context(), by, groups.Edit{Name: name})
		hubtest.Done(t, err)
		if name == "Sales" {
			_, err = w.Hub.AddMember(t.Context(), by, g.ID, ada.ID)
			hubtest.Done(t, err)
		}
	}
	return w, ada
}

// mapped is an app with these custom claims.
func mapped(t *testing.T, w *hubtest.World, change func(*clients.Client), lines ...string) *hubtest.App {
	t.Helper()
	var all []claimmap.Mapping
	for _, line := range lines {
		m, err := claimmap.Parse(line)
		hubtest.Done(t, err)
		all = append(all, m)
	}
	return w.App(func(c *clients.Client) {
		c.Scopes = []string{"openid", "profile", "email", "roles", "groups", "hr", "offline_access"}
		if change != nil {
			change(c)
		}
		hubtest.Done(t, w.Hub.CheckClaims(t.Context(), all, c.Scopes))
		c.Claims = all
	})
}

// seen are the claims at every place after a sign-in.
func seen(t *testing.T, w *hubtest.World, a *hubtest.App, r hubtest.Reply) map[string]map[string]any {
	t.Helper()
	hubtest.Want(t, "status", r.Status, 200)
	return map[string]map[string]any{
		claimmap.IDToken:     hubtest.ClaimsOf(t, r.Str("id_token")),
		claimmap.AccessToken: hubtest.ClaimsOf(t, r.Str("access_token")),
		claimmap.Userinfo:    w.Userinfo(r.Str("access_token")).JSON,
		"introspection":      a.Post("/oauth2/introspect", "token", r.Str("access_token")).JSON,
	}
}

// setClaim makes it the only custom claim of an app.
func setClaim(t *testing.T, w *hubtest.World, a *hubtest.App, m claimmap.Mapping) error {
	t.Helper()
	return w.Hub.ChangeClient(t.Context(), by, a.ID, texts.Text{}, func(c *clients.Client) { c.Claims = []claimmap.Mapping{m} })
}

func asJSON(v any) string {
	text, _ := json.Marshal(v) //nolint:errcheck // it came from JSON
	return string(text)
}

func TestEachSourceIsWhereItIsMappedAndNowhereElse(t *testing.T) {
	w, _ := prepared(t, hubtest.OpenSQLite(t))
	for source, want := range map[string]string{
		"field:department":         `"Sales"`,
		"field:grade":              "7",
		"field:remote":             "true",
		"field:name":               `"Ada Lovelace"`,
		"field:email":              `"ada@example.org"`,
		"field:nickname":           "null", // she has none
		"group:Sales":              "true",
		"group:Staff":              "false",
		"groups:Staff+Sales":       `["Sales"]`,
		"groups:Staff":             "[]",
		"constant:acme":            `"acme"`,
		`constant:{"a":[1,"b,c"]}`: `{"a":[1,"b,c"]}`,
		`constant:5`:               "5",
	} {
		for _, place := range claimmap.Places() {
			a := mapped(t, w, nil, "x_thing="+source+",scope=hr,in="+place)
			b := w.Browser()
			for scope, granted := range map[string]bool{"openid hr": true, "openid profile": false} {
				at := seen(t, w, a, a.Redeem(b.SignInTo(a, "ada@example.org", "scope", scope).Get("code")))
				at["introspection of "+claimmap.AccessToken] = at["introspection"]
				delete(at, "introspection")
				for where, claims := range at {
					expected := "null"
					if granted && strings.HasSuffix(where, place) {
						expected = want
					}
					hubtest.Want(t, source+" in "+place+", scope "+scope+": "+where, asJSON(claims["x_thing"]), expected)
				}
			}
		}
	}
}

// A record that somebody edited in the database changes nothing that the protocol,
// OpenID Connect or the hub says.
func TestACustomClaimShadowsNothing(t *testing.T) {
	db := hubtest.OpenSQLite(t)
	w := hubtest.NewWorld(t, db)
	w.Person("ada@example.org")
	skip := func(c *clients.Client) {
		c.SkipAuthorization, c.Scopes = true, []string{"openid", "profile", "email", "roles", "groups"}
	}
	plain, a := w.App(skip), w.App(skip)
	names := append(strings.Fields("iss sub aud exp iat nbf jti sid azp nonce auth_time acr amr at_hash c_hash s_hash cnf act client_id scope typ fam par active token_type username"),
		"name", "email", "email_verified", "phone_number_verified", "roles", "groups", "Sub", "ROLES")
	hubtest.Done(t, store.NewCollection[clients.Client](db, "clients", time.Now).Update(t.Context(), a.ID, func(c *clients.Client) error {
		for _, name := range names {
			c.Claims = append(c.Claims, claimmap.Mapping{Claim: name, Source: claimmap.Constant, Value: `"forged"`, Scope: "openid", In: claimmap.Places()})
		}
		return nil
	}))
	b := w.Browser()
	const scope = "openid profile email roles groups"
	b.SignInTo(plain, "ada@example.org", "scope", scope)
	want := seen(t, w, plain, plain.Redeem(b.SignInTo(plain, "ada@example.org", "scope", scope).Get("code")))
	got := seen(t, w, a, a.Redeem(b.SignInTo(a, "ada@example.org", "scope", scope).Get("code")))
	for place, claims := range got {
		if strings.Contains(asJSON(claims), "forged") {
			t.Errorf("%s: %s", place, asJSON(claims))
		}
		for name := range claims {
			if _, there := want[place][name]; !there {
				t.Errorf("%s has %s, which another app does not get", place, name)
			}
		}
	}
	// The hub refuses to save such a record.
	err := setClaim(t, w, plain, claimmap.Mapping{Claim: "sub", Source: claimmap.Constant, Value: "x", Scope: "profile", In: claimmap.Places()})
	if err == nil {
		t.Error("sub was mapped")
	}
}

// Users agree to each custom claim. Who signed in before a mapping is asked again,
// and until then the claim stays out of the tokens that the app has.
func TestUsersAgreeToACustomClaim(t *testing.T) {
	w, _ := prepared(t, hubtest.OpenSQLite(t))
	a := mapped(t, w, nil, "tenant=constant:acme,scope=profile")
	b := w.Browser()
	r := a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid profile offline_access").Get("code"))
	hubtest.Want(t, "a constant needs no consent of its own", w.Userinfo(r.Str("access_token")).Str("tenant"), "acme")

	hubtest.Done(t, setClaim(t, w, a, claimmap.Mapping{Claim: "team", Source: claimmap.Field, Value: "department", Scope: "profile", In: claimmap.Places()}))
	r = a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "what was agreed to before", asJSON(seen(t, w, a, r)[claimmap.Userinfo]["team"]), "null")

	p := b.Authorize(a.Request("scope", "openid profile"))
	hubtest.Want(t, "asked again", p.URL.Path, "/consent")
	if !strings.Contains(p.Body, "See your “Department”") {
		t.Errorf("the page does not name the claim: %s", hubtest.Gist(p.Body))
	}
	r = a.Redeem(b.Answer(b.Submit(p, "/consent", "decision", "allow")).Get("code"))
	hubtest.Want(t, "agreed", w.Userinfo(r.Str("access_token")).Str("team"), "Sales")
	hubtest.Want(t, "the account shows it", strings.Contains(b.Open("/account").Body, "See your “Department”"), true)

	// Another source is another claim.
	hubtest.Done(t, setClaim(t, w, a, claimmap.Mapping{Claim: "team", Source: claimmap.Field, Value: "motto", Scope: "profile", In: claimmap.Places()}))
	hubtest.Want(t, "another source", asJSON(w.Userinfo(r.Str("access_token")).JSON["team"]), "null")
}

// What users say themselves decides nothing, whatever it says.
func TestAFieldGivesNoRoleNoGroupAndNoAccess(t *testing.T) {
	w, ada := prepared(t, hubtest.OpenSQLite(t))
	skip := func(c *clients.Client) { c.SkipAuthorization = true }
	a := mapped(t, w, skip, "x_roles=field:motto,scope=roles,in=id_token+access_token+userinfo")
	closed := mapped(t, w, func(c *clients.Client) { c.SkipAuthorization, c.AllowedRoles = true, []string{"admin"} }, "x_roles=field:motto")
	_, err := w.Hub.ChangeOwnFields(t.Context(), audit.Actor{ID: ada.ID}, ada.ID, map[string]string{"motto": "admin"})
	hubtest.Done(t, err)
	b := w.Browser()
	at := seen(t, w, a, a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid roles groups").Get("code")))
	hubtest.Want(t, "the claim", asJSON(at[claimmap.IDToken]["x_roles"]), `"admin"`)
	hubtest.Want(t, "her roles", asJSON(at[claimmap.Userinfo]["roles"]), "[]")
	hubtest.Want(t, "her groups", asJSON(at[claimmap.Userinfo]["groups"]), `["Sales"]`)
	hubtest.Want(t, "an app for administrators", b.Answer(b.Authorize(closed.Request())).Get("error"), "access_denied")
	u, err := w.Hub.User(t.Context(), ada.ID)
	hubtest.Done(t, err)
	hubtest.Want(t, "administrator", u.Admin(), false)
	if _, err := w.Hub.ChangeOwnFields(t.Context(), audit.Actor{ID: ada.ID}, ada.ID, map[string]string{"department": "Board"}); err == nil {
		t.Error("a user changed a field of the administrators")
	}
}

// Each change of a user's field is on record, with its values.
func TestChangesOfFieldsAreOnRecord(t *testing.T) {
	db := hubtest.OpenSQLite(t)
	w, ada := prepared(t, db)
	_, err := w.Hub.ChangeUserFields(t.Context(), by, ada.ID, map[string]string{"department": "IT"})
	hubtest.Done(t, err)
	var of []audit.Change
	all, err := store.NewCollection[audit.Event](db, "audit", time.Now).List(t.Context(), store.Query{Field: "target", Equals: ada.ID})
	hubtest.Done(t, err)
	for _, e := range all {
		if len(e.Changes) > 0 && e.Changes[0].Before != "" {
			of = append(of, e.Changes...)
		}
	}
	hubtest.Want(t, "changes", asJSON(of), `[{"field":"fields.department","before":"Sales","after":"IT"}]`)
}
