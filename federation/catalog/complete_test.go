package catalog_test

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/federation/social"
	"github.com/fedhub/fedhub/static"
	"github.com/fedhub/fedhub/templates"
)

func TestEveryEntryHasAMark(t *testing.T) {
	for _, e := range catalog.All() {
		if !static.HasIcon(e.Preset) {
			t.Errorf("%s has no symbol in static/brands.svg", e.Preset)
		}
	}
}

// The guide of an entry names the values that are registered at the provider.
func TestEveryGuideNamesEachAddressOnce(t *testing.T) {
	for _, e := range catalog.All() {
		if len(e.Guide) == 0 {
			continue
		}
		var named, want []string
		for _, step := range e.Guide {
			if step.Address != "" {
				named = append(named, step.Address)
			}
		}
		for _, a := range catalog.Addresses(federation.LoginKey{ID: "x", Kind: e.Kind, Preset: e.Preset}, hubaddress.Hub("https://id.example.org")) {
			want = append(want, a.Name)
		}
		if !slices.Equal(named, want) {
			t.Errorf("%s: the guide names %q, want %q", e.Preset, named, want)
		}
	}
}

func TestEveryProviderIsDescribedWhole(t *testing.T) {
	recorded(t, func(t *testing.T, e catalog.Entry, r recording) {
		if e.Name == "" || !slices.Contains(catalog.Groups(), e.Group) || len(e.Guide) < 2 || len(e.Notes) == 0 {
			t.Errorf("it lacks something: %+v", e)
		}
		if u, err := url.Parse(e.Console); e.Console != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			t.Errorf("the console is at %q", e.Console)
		}
		// "auto" needs a provider that is authoritative for its domains. No
		// preset is.
		if e.Key.Linking != federation.Confirm && e.Key.Linking != federation.Never || len(e.Key.AuthoritativeDomains) > 0 || e.Key.TrustEmail {
			t.Errorf("linking is %q", e.Key.Linking)
		}
		if e.Key.Linking == federation.Confirm && (!proves(e) || r.Site != "") {
			t.Error("an account is found by an address of which nobody known says that it was checked")
		}
		if r.Identity.EmailVerified != proves(e) {
			t.Errorf("the recording's address is proven %v, the provider proves %v", r.Identity.EmailVerified, proves(e))
		}
		if (r.Site != "") != (len(e.Fields) > 0) {
			t.Errorf("fields are %v, the recording's site is %q", e.Fields, r.Site)
		}
	})
}

// A Frappe site has its own address, and the fields of its form are enough to
// sign in.
func TestAFrappeSiteIsDescribedWhole(t *testing.T) {
	e, found := catalog.Get("frappe")
	if !found || e.Kind != federation.KindFrappe || e.Placed() || e.Key.Linking != federation.Never || e.Key.TrustEmail {
		t.Fatalf("got %+v", e)
	}
	guide := ""
	for _, step := range e.Guide {
		guide += step.Text.In(templates.Sentence, "")
	}
	for _, text := range []string{"Redirect URIs", "Default Redirect URI", "Allowed Roles", "Token Endpoint Auth Method", "Social Login Key", "Skip Authorization", "Scopes"} {
		if !strings.Contains(guide, text) {
			t.Errorf("the guide does not speak of %q", text)
		}
	}
	for address, field := range map[string]string{
		"https://erp.example.org": "", " https://ERP.example.org/ ": "", "https://erp.example.org/app": "base_url", "https://erp.example.org/login?x": "base_url", "http://erp.example.org": "base_url",
	} {
		k := e.Start(nil)
		k.ID, k.Name, k.ClientID, k.BaseURL, k.Enabled = "erp", "ERP", "b8772aed5c", address, true
		k.Tidy()
		problems := k.Validate(federation.Dependencies{Hub: "https://hub.example.org"})
		if (len(problems) > 0) != (field != "") || field != "" && problems[0].Field != field || field == "" && k.BaseURL != "https://erp.example.org" {
			t.Errorf("%q: got %v and %q", address, problems, k.BaseURL)
		}
	}
}

// proves tells whether a provider says which addresses it has checked.
func proves(e catalog.Entry) bool {
	return e.Kind == federation.KindOpenID || social.Proves(e.Preset) || e.Key.Claims.EmailVerified != ""
}

func TestTheListAndTheCatalogueAreOne(t *testing.T) {
	var entries []string
	for _, e := range catalog.All() {
		if e.Kind == federation.KindSocial {
			entries = append(entries, e.Preset)
		}
	}
	slices.Sort(entries)
	if list := social.Presets(); !slices.Equal(entries, list) {
		t.Errorf("the catalogue has %v, the list %v", entries, list)
	}
}

// docs/upstreams.md has a row for every provider that says the same as the
// code: | name | `preset` | kind | e-mail | …
func TestTheDocumentSaysWhatTheCodeDoes(t *testing.T) {
	text, err := os.ReadFile("../../docs/upstreams.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 6 || !strings.HasPrefix(strings.TrimSpace(cells[2]), "`") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		preset := strings.Trim(cells[2], "`")
		if rows[preset] != nil {
			t.Errorf("%s has two rows", preset)
		}
		rows[preset] = cells
	}
	for _, e := range catalog.All() {
		row := rows[e.Preset]
		delete(rows, e.Preset)
		if e.Kind == federation.KindOpenID || e.Kind == federation.KindPeer {
			continue // their words on e-mail are claims of the protocol
		}
		name := cmp.Or(e.Name, e.Title().In(templates.Sentence, ""))
		email := "nothing"
		if e.Preset == "oauth2" {
			email = "checked, if you name the property"
		} else if proves(e) {
			email = "checked"
		}
		if row == nil || row[1] != name || row[3] != e.Kind || row[4] != email && (email != "nothing" || row[4] != "none") {
			t.Errorf("the row of %s is %v, want %s", e.Preset, row, fmt.Sprintf("| %s | `%s` | %s | %s |", name, e.Preset, e.Kind, email))
		}
	}
	for preset, row := range rows {
		if row[3] != federation.KindOpenID && row[3] != federation.KindPeer {
			t.Errorf("the row of %s is of no entry", preset)
		}
	}
}
