package signin_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestTheCallbackIsKnownBeforeAnythingIsSaved(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	found := b.Open("/admin/providers/new?q=goog")
	if !strings.Contains(found.Body, `id="new-google"`) || strings.Contains(found.Body, `id="new-peer"`) {
		t.Errorf("the search finds the wrong ones:\n%s", found.Body)
	}
	p := b.Open("/admin/providers/new?preset=google")
	if !strings.Contains(p.Body, w.URL+"/signin/from/google<") {
		t.Fatalf("the callback URL is not shown:\n%s", p.Body)
	}
	p = b.Submit(p, "/admin/providers", "key_id", "staff", "name", "Google for staff", "look", "1")
	hubtest.Want(t, "another id", p.Status, 200)
	if !strings.Contains(p.Body, w.URL+"/signin/from/staff<") {
		t.Error("the callback URL of the new id is not shown")
	}
	if all, _ := w.Hub.LoginKeys(t.Context()); len(all) != 0 {
		t.Fatal("looking saves")
	}
	p = b.Submit(p, "/admin/providers", "client_id", "us", "client_secret", "a very secret thing", "secret_expires", "soon")
	hubtest.Want(t, "a day that is none", p.Status, 422)
	p = b.Submit(p, "/admin/providers", "client_secret", "a very secret thing", "secret_expires", "2031-05-17")
	hubtest.Want(t, "the page of the key", p.URL.Path, "/admin/providers/staff")
	k := w.Key("staff")
	hubtest.Want(t, "preset", k.Preset, "google")
	hubtest.Want(t, "Base URL", k.BaseURL, "https://accounts.google.com")
	hubtest.Want(t, "enabled", k.Enabled, false)
	hubtest.Want(t, "the secret's end", k.SecretExpires.Format("2006-01-02"), "2031-05-17")
	hubtest.Want(t, "authoritative domains", len(k.AuthoritativeDomains), 2)

	again := b.Open("/admin/providers/new?preset=google")
	taken := b.Submit(again, "/admin/providers", "key_id", "staff", "name", "Twice")
	hubtest.Want(t, "an id that is taken", taken.Status, 422)
	if !strings.Contains(taken.Body, `id="key_id-error"`) {
		t.Error("the mistake is not at the id")
	}
}

func TestEverySettingOfALoginKeyIsKept(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	p := b.Submit(b.Open("/admin/providers/new?preset=openid"), "/admin/providers", "name", "Example", "base_url", "https://accounts.example.org", "key_id", "example")
	path := "/admin/providers/example"
	p = b.Submit(p, path, "client_id", "us", "scopes", "openid email", "params", "prompt=select_account\naudience=a=b", "hosts", "api.example.org",
		"sign_ups", "domains", "sign_up_domains", "@example.org", "linking", "auto", "authoritative_domains", "example.org",
		"role_map", "cn=admins,dc=example = admin\nstaff=staff", "hidden", "1", "home_domains", "Example.org\nexample.net",
		"trust_assurance", "1", "keep_tokens", "1", "sign_out_there", "1", "secret_expires", "2031-05-17")
	hubtest.Want(t, "saved", p.Status, 200)
	k := w.Key("example")
	hubtest.Want(t, "parameters", k.Params["prompt"]+" "+k.Params["audience"], "select_account a=b")
	hubtest.Want(t, "roles", k.RoleMap["cn=admins,dc=example"]+" "+k.RoleMap["staff"], "admin staff")
	hubtest.Want(t, "sign-ups", k.SignUps+" "+strings.Join(k.SignUpDomains, " "), "domains example.org")
	hubtest.Want(t, "home domains", strings.Join(k.HomeDomains, " "), "example.org example.net")
	if !k.Hidden || !k.TrustAssurance || !k.KeepTokens || !k.SignOutThere || k.Linking != federation.Auto {
		t.Errorf("something was forgotten: %+v", k)
	}
	// Saving the form unchanged changes nothing.
	b.Submit(b.Open(path), path)
	after := w.Key("example")
	after.Updated = k.Updated
	if got, want := dumpKey(after), dumpKey(k); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for field, value := range map[string]string{
		"role_map": "admins", "params": "=x", "home_domains": "not a domain", "secret_expires": "tomorrow", "linking": "perhaps", "sign_ups": "some",
	} {
		p := b.Submit(b.Open(path), path, field, value)
		if p.Status != 422 || !strings.Contains(p.Body, `id="`+field+`-error"`) {
			t.Errorf("%s %q: got %d without a word at the field", field, value, p.Status)
		}
	}
	hubtest.Want(t, "home domains, still", strings.Join(w.Key("example").HomeDomains, " "), "example.org example.net")
}

func dumpKey(k federation.LoginKey) string {
	v := url.Values{}
	for name, value := range k.RoleMap {
		v.Set("role "+name, value)
	}
	for name, value := range k.Params {
		v.Set("param "+name, value)
	}
	v["lists"] = []string{strings.Join(k.Scopes, " "), strings.Join(k.Hosts, " "), strings.Join(k.SignUpDomains, " "), strings.Join(k.HomeDomains, " "), strings.Join(k.AuthoritativeDomains, " ")}
	v["words"] = []string{k.Name, k.ClientID, k.Secret, k.BaseURL, k.SignUps, k.Linking, k.SecretExpires.String()}
	return v.Encode()
}

func TestLoginKeysAreOrderedByButtons(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	for _, name := range []string{"Alpha", "Beta", "Gamma"} {
		b.Submit(b.Open("/admin/providers/new?preset=openid"), "/admin/providers", "name", name, "key_id", strings.ToLower(name), "base_url", "https://accounts.example.org", "client_id", "us")
	}
	order := func() string {
		all, err := w.Hub.LoginKeys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ids := ""
		for _, k := range all {
			ids += k.ID + " "
		}
		return ids
	}
	hubtest.Want(t, "by name", order(), "alpha beta gamma ")
	b.Submit(b.Open("/admin/providers"), "/admin/providers/gamma/move", "by", "up")
	hubtest.Want(t, "gamma up", order(), "alpha gamma beta ")
	b.Submit(b.Open("/admin/providers"), "/admin/providers/alpha/move", "by", "down")
	hubtest.Want(t, "alpha down", order(), "gamma alpha beta ")
	b.Submit(b.Open("/admin/providers"), "/admin/providers/gamma/move", "by", "up")
	hubtest.Want(t, "the first one up", order(), "gamma alpha beta ")
	b.Submit(b.Open("/admin/providers/new?preset=openid"), "/admin/providers", "name", "Aaa", "key_id", "aaa", "base_url", "https://accounts.example.org")
	hubtest.Want(t, "a new one is last", order(), "gamma alpha beta aaa ")

	b.Submit(b.Open("/admin/providers/beta"), "/admin/providers/beta/switch", "enabled", "1")
	hubtest.Want(t, "switched on", w.Key("beta").Enabled, true)
	b.Submit(b.Open("/admin/providers/beta"), "/admin/providers/beta/switch", "enabled", "0")
	hubtest.Want(t, "switched off", w.Key("beta").Enabled, false)
}
