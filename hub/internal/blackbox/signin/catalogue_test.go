package signin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

var (
	input    = regexp.MustCompile(`<input [^>]*>`)
	choices  = regexp.MustCompile(`(?s)<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>`)
	option   = regexp.MustCompile(`<option value="([^"]+)"`)
	property = regexp.MustCompile(`(name|type|value)="([^"]*)"`)
)

// fieldsOf are the inputs of the form that a page posts to an address, with their
// values.
func fieldsOf(t *testing.T, p hubtest.Page, action string) (fields map[string]string, empty []string) {
	t.Helper()
	_, form, found := strings.Cut(p.Body, `action="`+action+`"`)
	form, _, closed := strings.Cut(form, "</form>")
	if !found || !closed {
		t.Fatalf("%s has no form for %s", p.URL, action)
	}
	fields = map[string]string{}
	for _, tag := range input.FindAllString(form, -1) {
		is := map[string]string{}
		for _, m := range property.FindAllStringSubmatch(tag, -1) {
			is[m[1]] = m[2]
		}
		if fields[is["name"]] = is["value"]; is["value"] == "" && is["type"] != "hidden" {
			empty = append(empty, is["name"])
		}
	}
	for _, m := range choices.FindAllStringSubmatch(form, -1) {
		if first := option.FindStringSubmatch(m[2]); first != nil {
			fields[m[1]] = first[1]
		}
	}
	return fields, empty
}

// typed is a plausible value for an empty field, by its label and hint.
func typed(t *testing.T, preset, name string) string {
	t.Helper()
	typed := map[string]string{
		"base_url": "https://erp.example.org", "endpoints.authorize": "https://id.example.org/authorize", "endpoints.token": "https://id.example.org/token",
		"endpoints.userinfo": "https://id.example.org/me", "secret_expires": "2031-05-17", "client_id": "us", "client_secret": "a-long-secret-that-they-gave-us",
		"name": "The company", "options.hd": "example.org", "options.tenants": "11111111-2222-3333-4444-555555555555", "options.team_id": "ABCDE12345",
		"options.key_id": "12345ABCDE", "options.domain": "acme.example.org", "options.environment": "11111111-2222-3333-4444-555555555555",
		"options.region": "eu-central-1", "options.pool": "eu-central-1_AbCdEfGhI", "options.realm": "staff", "options.application": "hub",
		"options.server": "https://id.example.org", "options.site": "https://site.example.org", "options.issuer": "https://other.example.org",
	}
	if preset == "apple" && name == "client_secret" {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	if typed[name] == "" {
		t.Errorf("%s asks for %s, and nobody knows what to type", preset, name)
	}
	return typed[name]
}

// Every entry of the catalogue can be added with the fields of its own page only,
// so no page lacks a required field.
func TestEveryEntryOfTheCatalogueIsAddedByTheFieldsOfItsOwnPage(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	for _, e := range catalog.All() {
		if e.Kind == federation.KindPeer {
			continue // hubs connect first, see package hubs
		}
		p := b.Open("/admin/providers/new?preset=" + e.Preset)
		fields, empty := fieldsOf(t, p, "/admin/providers")
		pairs := []string{}
		for _, name := range empty {
			pairs = append(pairs, name, typed(t, e.Preset, name))
		}
		if id := fields["key_id"]; id != e.Preset {
			t.Errorf("%s: its id is %q", e.Preset, id)
		}
		added := b.Post(p, "/admin/providers", pairs...)
		if added.Status != http.StatusSeeOther {
			t.Errorf("%s with %q: got %d\n%s", e.Preset, pairs, added.Status, wrongOf(added))
			continue
		}
		path, _, _ := strings.Cut(added.Location, "?")
		saved := b.Open(path)
		// It can also be enabled: its page has all required fields.
		if on := b.Submit(saved, path+"/switch", "enabled", "1"); on.Status != http.StatusOK || !w.Key(e.Preset).Enabled {
			t.Errorf("%s cannot be switched on: got %d\n%s", e.Preset, on.Status, wrongOf(on))
		}
	}
}

var mistakes = regexp.MustCompile(`(?s)class="error" id="[^"]*">.*?</p>`)

func wrongOf(p hubtest.Page) string { return strings.Join(mistakes.FindAllString(p.Body, -1), "\n") }

// A key for a provider that has one already, or that does not respond, is saved
// with a warning.
func TestAddingALoginKeyLooksAtItsUpstream(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	answering := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNotFound) })
	const silent, twin = "The hub got no valid response from", "Another provider already uses this address"
	p := b.Submit(b.Open("/admin/providers/new?preset=openid"), "/admin/providers", "name", "First", "key_id", "first", "base_url", answering, "client_id", "us")
	if !strings.Contains(p.Body, silent) || strings.Contains(p.Body, twin) {
		t.Errorf("nothing is said of a silent upstream, or too much:\n%s", p.Body)
	}
	p = b.Submit(b.Open("/admin/providers/new?preset=openid"), "/admin/providers", "name", "Second", "key_id", "second", "base_url", strings.ToUpper(answering[:4])+answering[4:]+"/", "client_id", "us")
	if !strings.Contains(p.Body, twin) || !strings.Contains(p.Body, "First (first)") {
		t.Errorf("nothing is said of the twin:\n%s", p.Body)
	}
	if p = b.Open("/admin/providers/first"); !strings.Contains(p.Body, "Second (second)") || strings.Contains(p.Body, silent) {
		t.Errorf("the page of the first says nothing of the second, or asks each time:\n%s", p.Body)
	}
}
