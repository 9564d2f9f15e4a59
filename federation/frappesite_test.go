package federation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func frappeKey() federation.LoginKey {
	k := goodKey()
	k.Kind, k.Preset, k.BaseURL = federation.KindFrappe, "frappe", "https://erp.example.org"
	return k
}

func TestOptionsOfAFrappeSiteAreChecked(t *testing.T) {
	for name, row := range map[string]struct {
		options map[string]string
		field   string
	}{
		"none":           {nil, ""},
		"all":            {map[string]string{"issuer": "http://other.example.org", "version": federation.SiteBinds, "credentials": "header"}, ""},
		"an odd issuer":  {map[string]string{"issuer": "erp"}, "options.issuer"},
		"an odd version": {map[string]string{"version": "17"}, "options.version"},
		"an odd place":   {map[string]string{"credentials": "cookie"}, "options.credentials"},
		"an older site":  {map[string]string{"version": federation.SiteOlder}, ""},
	} {
		k := frappeKey()
		k.Options = row.options
		k.Tidy()
		problems := k.Validate(federation.Dependencies{})
		if (len(problems) > 0) != (row.field != "") || row.field != "" && problems[0].Field != row.field {
			t.Errorf("%s: got %v", name, problems)
		}
	}
}

func TestOnlyASiteThatIsDeclaredNewLetsAdministratorsIn(t *testing.T) {
	for version, want := range map[string]bool{"": true, federation.SiteOlder: true, federation.SiteBinds: false, "anything": true} {
		k := frappeKey()
		k.Options = map[string]string{federation.OptionVersion: version}
		if k.KeepsAdminsOut() != want {
			t.Errorf("%q: got %v", version, !want)
		}
	}
	k := frappeKey()
	k.Kind = federation.KindOpenID
	if k.KeepsAdminsOut() {
		t.Error("another kind keeps them out")
	}
}

func TestAShortSecretOfASiteIsWarnedOf(t *testing.T) {
	now := time.Now
	r := federation.NewRegistry(federation.Options{
		Store: federationtest.NewMemory(), Seal: federationtest.Seal,
		Factories: map[string]federation.Factory{federation.KindFrappe: nil, federation.KindOpenID: nil},
	})
	short, err := r.Add(t.Context(), frappeKey(), "be3b1c2179")
	if err != nil || short.SecretWarning(now()).Code != "provider.secret.short" {
		t.Errorf("got %q and %v", short.SecretWarning(now()), err)
	}
	err = r.Update(t.Context(), short.ID, strings.Repeat("ab", 28), func(*federation.LoginKey) error { return nil })
	long, _ := r.Get(t.Context(), short.ID)
	if err != nil || !long.SecretWarning(now()).IsZero() {
		t.Errorf("a long one: got %q and %v", long.SecretWarning(now()), err)
	}
}
