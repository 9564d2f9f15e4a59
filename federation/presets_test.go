package federation_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

func TestOptionsOfAPresetAreChecked(t *testing.T) {
	const tid = "aaaaaaaa-0000-4000-8000-000000000001"
	at := func(tenant string) string { return "https://login.microsoftonline.com/" + tenant + "/v2.0" }
	for name, row := range map[string]struct {
		preset, address string
		options         map[string]string
		field           string // empty: may be saved
	}{
		"google":                          {"google", "https://accounts.google.com", nil, ""},
		"google with domains":             {"google", "https://accounts.google.com", map[string]string{"hd": "a.example, b.example"}, ""},
		"google with an address":          {"google", "https://accounts.google.com", map[string]string{"hd": "ada@a.example"}, "options.hd"},
		"microsoft":                       {"microsoft", at("common"), map[string]string{"tenant": "common"}, ""},
		"microsoft by id":                 {"microsoft", at(tid), map[string]string{"tenant": tid, "tenants": tid}, ""},
		"microsoft by domain":             {"microsoft", at("contoso.example"), map[string]string{"tenant": "contoso.example"}, ""},
		"microsoft without a tenant":      {"microsoft", at("common"), nil, "options.tenant"},
		"microsoft with any word":         {"microsoft", at("any"), map[string]string{"tenant": "any"}, "options.tenant"},
		"microsoft at another tenant":     {"microsoft", at("common"), map[string]string{"tenant": tid}, "base_url"},
		"microsoft with a name in a list": {"microsoft", at("common"), map[string]string{"tenant": "common", "tenants": "contoso"}, "options.tenants"},
		"apple":                           {"apple", "https://appleid.apple.com", map[string]string{"team_id": "TEAM567890", "key_id": "KEY4567890"}, ""},
		"apple with a short id":           {"apple", "https://appleid.apple.com", map[string]string{"team_id": "TEAM", "key_id": "KEY4567890"}, "options.team_id"},
		"apple without ids":               {"apple", "https://appleid.apple.com", map[string]string{"team_id": "TEAM567890"}, "options.key_id"},
	} {
		k := goodKey()
		k.Preset, k.BaseURL, k.Options, k.Enabled = row.preset, row.address, row.options, true
		k.Tidy()
		problems := k.Validate(federation.Dependencies{})
		switch {
		case row.field == "" && len(problems) > 0:
			t.Errorf("%s: got %v", name, problems)
		case row.field != "" && (len(problems) != 1 || problems[0].Field != row.field):
			t.Errorf("%s: got %+v, want one at %s", name, problems, row.field)
		}
	}
}

func TestAnApplePrivateKeyIsReadWithOrWithoutItsLines(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := file(t, private)
	for name, row := range map[string]struct {
		text string
		ok   bool
	}{
		"as it is":        {text, true},
		"without lines":   {strings.ReplaceAll(text, "\n", ""), true},
		"with Windows'":   {strings.ReplaceAll(text, "\n", "\r\n"), true},
		"by half":         {text[:60], false},
		"of other people": {strings.ReplaceAll(text, "PRIVATE", "PUBLIC"), false},
		"another curve":   {file(t, other), false},
		"a word":          {"secret", false},
		"nothing":         {"", false},
	} {
		if got, err := secrets.ParsePrivateKey(row.text); (err == nil) != row.ok || row.ok && !got.Equal(private) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func file(t *testing.T, private *ecdsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestAnAppleKeyKeepsItsPrivateKeySealed(t *testing.T) {
	o := newOffice(t)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := keyAt(o.upstream())
	k.Preset, k.Options = "apple", map[string]string{"team_id": "TEAM567890", "key_id": "KEY4567890"}
	var problems forms.Problems
	if _, err := o.Add(t.Context(), k, "not a file"); !errors.As(err, &problems) || problems[0].Field != "secret" {
		t.Errorf("a word: got %v", err)
	}
	text := file(t, private)
	saved := o.add(k, text)
	if plain, err := federationtest.Unseal(saved.Secret, saved.SecretContext()); err != nil || plain != strings.TrimSpace(text) {
		t.Errorf("got %q and %v", plain, err)
	}
}
