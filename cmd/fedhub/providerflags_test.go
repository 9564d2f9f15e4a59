package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/mapping"
)

// onThePage are the form fields of the pages for new and existing providers, of all
// kinds. Endpoints, claims and options are lists of fields; they are in it by the
// first part of their name.
func onThePage(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, file := range []string{"parts/keysettings.html", "pages/keynew.html"} {
		page, err := os.ReadFile("../../templates/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`field "([a-z_]+)"|name="([a-z_]+)"|range \$?\.?[A-Za-z.]*Form\.(Options|Endpoints|Claims)`).FindAllStringSubmatch(string(page), -1) {
			names = append(names, found[1]+found[2]+strings.ToLower(found[3]))
		}
		for _, found := range regexp.MustCompile(`\$form\.(Options|Endpoints|Claims)`).FindAllStringSubmatch(string(page), -1) {
			names = append(names, strings.ToLower(found[1]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryControlOfALoginKeysPageHasAFlag(t *testing.T) {
	elsewhere := map[string]string{
		"enabled": "fedhub provider switch", "site_key_remove": "--site-key-file=", "sure": "the question, or --yes", "look": "a button that shows the page again",
	}
	flags := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[providerAddCmd]()) {
		if control := field.Tag.Get("field"); control != "" {
			flags[control] = true
			list, _, _ := strings.Cut(control, ".")
			flags[list] = true
		}
	}
	controls := onThePage(t)
	for _, name := range []string{"base_url", "keep_tokens", "key_id", "invite", "options", "endpoints", "claims"} {
		if !slices.Contains(controls, name) {
			t.Fatalf("the controls were not read: %q", controls)
		}
	}
	for _, control := range controls {
		if !flags[control] && elsewhere[control] == "" {
			t.Errorf("the page has %s, and provider add has no flag for it", control)
		}
	}
	for control := range flags {
		list, _, _ := strings.Cut(control, ".")
		if !slices.Contains(controls, list) {
			t.Errorf("a flag is of %s, and the page has no such control", control)
		}
	}
	for field := range reflect.TypeFor[federation.Endpoints]().Fields() {
		if name := "endpoints." + strings.TrimSuffix(field.Tag.Get("bson"), ",omitempty"); !flags[name] {
			t.Errorf("there is no flag for %s", name)
		}
	}
	var claims federation.Claims
	for field := range reflect.TypeFor[federation.Claims]().Fields() {
		name := strings.TrimSuffix(field.Tag.Get("bson"), ",omitempty")
		if claimPlaces(&claims)[name] == nil && !flags["claims."+name] {
			t.Errorf("--claim does not know %s", name)
		}
	}
}

func TestEveryFlagOfALoginKeyIsWritten(t *testing.T) {
	typed := providerFlags{given: given{}, siteKey: "a:b", groups: []mapping.GroupRule{{Claim: "a", Value: "b", Group: "c"}}, SecretExpires: "2030-01-31", MigrateUntil: "2030-01-31", RolesText: new(word("commas")),
		Role: []string{"a = b"}, Claim: map[string]string{"subject": "id"}, Option: map[string]string{"credentials": "form"}, Param: map[string]string{"prompt": "login"}}
	flags := reflect.ValueOf(&typed).Elem()
	for _, field := range reflect.VisibleFields(flags.Type()) {
		if field.Tag.Get("field") == "" {
			continue
		}
		value := flags.FieldByIndex(field.Index)
		typed.given[value.Addr().Interface()] = true
		switch {
		case !value.IsZero():
		case value.Kind() == reflect.String:
			value.SetString("typed")
		case value.Kind() == reflect.Bool:
			value.SetBool(true)
		case value.Kind() == reflect.Slice:
			value.Set(reflect.ValueOf([]string{"typed"}).Convert(value.Type()))
		}
	}
	entry, _ := catalog.Get("oauth2")
	k := entry.Start(nil)
	typed.MigrateUntil = "" // only for another hub
	if err := typed.write(&k); err != nil {
		t.Fatal(err)
	}
	peer, until := federation.LoginKey{Kind: federation.KindPeer}, providerFlags{MigrateUntil: "2030-01-31"}
	until.given = given{&until.MigrateUntil: true}
	if err := until.write(&peer); err != nil {
		t.Fatal(err)
	}
	k.MigrateUntil = peer.MigrateUntil
	k.SiteKey = k.NewSiteKey
	notByFlag := []string{"id", "enabled", "position", "secret", "secret_short", "issuer", "join", "created", "updated", "icon", "published", "former", "-"}
	for field, value := range reflect.ValueOf(k).Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("bson"), ",")
		if value.IsZero() && !slices.Contains(notByFlag, name) {
			t.Errorf("no flag writes %s", name)
		}
	}
	if want := time.Date(2030, 1, 31, 0, 0, 0, 0, time.UTC); !k.SecretExpires.Equal(want) {
		t.Errorf("the secret ends on %v", k.SecretExpires)
	}
}

func TestAKeyOfAPresetKnowsWhatItsPageKnows(t *testing.T) {
	s := newShell(t)
	secret := t.TempDir() + "/secret"
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must("provider", "add", "--preset", "Google", "--client-id", "us", "--client-secret-file", secret, "--sign-ups", "invited", "--no-trust-email",
		"--param", "prompt=select_account", "--hidden", "--home-domain", "@example.org", "--secret-expires", "2030-01-31", "--sign-out-there")
	kept := strings.ReplaceAll(stored(t, s, "loginkeys", "google"), " ", "")
	for _, says := range []string{`"preset":"google"`, `"name":"Google"`, `"base_url":"https://accounts.google.com"`, `"sign_ups":"invited"`, `"prompt":"select_account"`,
		`"hidden":true`, `"home_domains":["example.org"]`, `"sign_out_there":true`, `"enabled":true`} {
		if !strings.Contains(kept, says) {
			t.Errorf("%s is not in\n%s", says, kept)
		}
	}
	s.run("provider", "add", "--preset", "gogle", "--client-id", "us").fails(2, "google, ", "--preset gogle")
	s.run("provider", "add", "--preset", "google", "--base-url", "https://x.example.org", "--client-id", "us").fails(2, "the address of Google is known")
	s.run("provider", "add", "--kind", "openid", "--client-id", "us").fails(2, "--base-url")
	s.run("provider", "add", "--kind", "openid", "--base-url", "https://x.example.org", "--client-id", "us", "--option", "tenant=x").fails(2, "--option tenant")
}
