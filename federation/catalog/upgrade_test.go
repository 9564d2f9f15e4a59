package catalog_test

import (
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
)

func TestOnlyProvidersThatGiveNothingWithoutTheScopeAreAskedForIt(t *testing.T) {
	for _, e := range catalog.All() {
		k := e.Start(nil)
		if k.AskOffline != !e.Offline().IsZero() || k.AskOffline && k.Kind != federation.KindOpenID {
			t.Errorf("%s: asked %v, said to be because %q", e.Preset, k.AskOffline, e.Offline())
		}
	}
	for preset, want := range map[string]bool{"microsoft": true, "okta": true, "keycloak": false, "google": false, "openid": false, "gitlab": false} {
		if e, _ := catalog.Get(preset); e.Start(nil).AskOffline != want {
			t.Errorf("%s is asked: %v", preset, !want)
		}
	}
}

// Keys that request offline access today still do after the upgrade.
func TestAnEarlierKeyAsksForWhatItAsked(t *testing.T) {
	for _, row := range []struct {
		what, old string
		want      bool
	}{
		{"it keeps tokens", `"kind": "openid", "keep_tokens": true, "added": 1`, true},
		{"it keeps none", `"kind": "openid", "preset": "keycloak"`, false},
		{"it will want the scope once it keeps some", `"kind": "openid", "preset": "okta"`, true},
		{"another hub is always asked", `"kind": "peer", "keep_tokens": true`, false},
		{"of another type", `"kind": 7, "keep_tokens": "yes"`, false},
		{"upgraded already", `"kind": "openid", "keep_tokens": true, "ask_offline": false`, false},
	} {
		var raw bson.Raw
		if err := bson.UnmarshalExtJSON([]byte("{"+row.old+"}"), false, &raw); err != nil {
			t.Fatal(err)
		}
		upgraded, err := catalog.AskedOffline(raw)
		if err != nil || (upgraded != nil) != row.want {
			t.Errorf("%s: got %s, %v", row.what, upgraded, err)
		}
		if upgraded == nil {
			continue
		}
		var k federation.LoginKey
		if err := bson.Unmarshal(upgraded, &k); err != nil || !k.AskOffline || strings.Contains(row.old, "added") != (upgraded.Lookup("added").Type != 0) {
			t.Errorf("%s: got %s, %v", row.what, upgraded, err)
		}
		if again, err := catalog.AskedOffline(upgraded); err != nil || again != nil {
			t.Errorf("%s: upgraded a second time: %s, %v", row.what, again, err)
		}
	}
}
