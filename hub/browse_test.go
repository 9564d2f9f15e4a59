package hub_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// hidden are the stored fields that the database browser does not show: sealed
// values, and hashes of secrets and passwords.
var hidden = []string{
	"clients.registration.token_hash", "clients.secrets.hash", "clients.secrets.sealed", "decisions.token", "decoupled.code", "decoupled.hash",
	"decoupled.notify", "families.codeHash", "families.refreshHash", "families.rootHash", "families.rotatedFor", "flows.browser", "invitations.token", "loginkeys.secret", "loginkeys.site_key", "outbox.body",
	"secondfactors.app.secret", "secondfactors.recovery.codes",
	"sessions.browser", "sessions.upstream", "signing.private", "stops.browser", "stops.sealed", "ties.sealed", "trustedbrowsers.before", "trustedbrowsers.token", "users.imported.password", "users.password",
}

// open are fields that sound like secrets and are none.
var open = []string{
	"audit.code",                                                                                              // a word for the program
	"clients.post_logout_redirect_uris", "clients.refresh_tokens", "clients.opaque_tokens", "clients.secrets", // what holds them
	"clients.secrets.created", "clients.secrets.expires", "clients.secrets.hint", "clients.secrets.id", "clients.secrets.key", "clients.secrets.last_used",
	"clients.id_token_alg", "clients.id_token_claims", "clients.algs.id_token_enc", "clients.algs.id_token_enc.alg", "clients.algs.id_token_enc.enc",
	"browsers.id", "browsers.userId", "browsers.epoch", "browsers.wrong", "browsers.looking", "browsers.looking.id", "browsers.looking.since", "browsers.expires", "browsers.networks",
	"trustedbrowsers.id", "trustedbrowsers.userId", "trustedbrowsers.epoch", "trustedbrowsers.agent", "trustedbrowsers.network",
	"trustedbrowsers.created", "trustedbrowsers.used", "trustedbrowsers.expires", "settings.trustedBrowserDays",
	"debuts.token", // a time
	"families.codeEnds", "loginkeys.endpoints.token", "loginkeys.keep_tokens", "loginkeys.secret_expires", "loginkeys.secret_short",
	"settings.passwords", // who may use them
	"traces.steps.code",  // a word for the program
	"users.address.postalCode", "users.passwordChanged",
	"sessions.upstreamSid", "sessions.upstreamSub", // the provider's names for a session and a person
}

// Each kind of record, with every field set, shows all fields except the hidden
// ones.
func TestLookingIntoTheDatabaseShowsNoSecret(t *testing.T) {
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), hub.Sets()); err != nil {
		t.Fatal(err)
	}
	browsable := map[string]store.Browsable{}
	for _, set := range hub.Browsable(db, time.Now) {
		browsable[set.Name()] = set
	}
	concealed := map[string]bool{}
	for set, of := range hub.RecordTypes() {
		doc, err := bson.Marshal(filled(of, 0).Interface())
		if err != nil {
			t.Fatalf("%s: %v", set, err)
		}
		if err := db.Insert(t.Context(), set, store.Record{ID: "one", Doc: doc}); err != nil {
			t.Fatalf("%s: %v", set, err)
		}
		shown, err := browsable[set].Show(t.Context(), "one")
		if err != nil {
			t.Fatalf("%s: %v", set, err)
		}
		compare(t, concealed, set, doc, shown)
	}
	if got := slices.Sorted(maps.Keys(concealed)); !slices.Equal(got, hidden) {
		t.Errorf("what is not shown:\ngot  %q\nwant %q", got, hidden)
	}
	found := map[string]bool{}
	for set, of := range hub.RecordTypes() {
		fieldsOf(found, set, of)
	}
	for name := range found {
		sounds := slices.ContainsFunc([]string{"hash", "token", "secret", "seal", "password", "private", "code", "upstream", "browser", "notify"},
			func(word string) bool { return strings.Contains(strings.ToLower(name), word) })
		if sentence, ok := strings.CutSuffix(name, ".code"); ok && found[sentence+".args"] {
			continue // a code of a sentence
		}
		if sounds && !slices.Contains(hidden, name) && !slices.Contains(open, name) {
			t.Errorf("%s sounds like a secret: give its field the tag secret, or name it among those that are open", name)
		}
	}
}

// text is what every text of a filled record is.
const text = "what it holds"

// filled is a value with something in every field.
func filled(of reflect.Type, depth int) reflect.Value {
	v := reflect.New(of).Elem()
	switch {
	case depth > 8:
	case of == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1_800_000_000, 0)))
	case of.Kind() == reflect.String:
		v.SetString(text)
	case of.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(7)
	case of.Kind() == reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
		v.Elem().Set(filled(of.Elem(), depth+1))
	case of.Kind() == reflect.Slice:
		v.Set(reflect.Append(v, filled(of.Elem(), depth+1)))
	case of.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(of))
		v.SetMapIndex(filled(of.Key(), depth+1), filled(of.Elem(), depth+1))
	case of.Kind() == reflect.Struct:
		for i := range of.NumField() {
			if of.Field(i).IsExported() {
				v.Field(i).Set(filled(of.Field(i).Type, depth+1))
			}
		}
	}
	return v
}

// compare notes which fields of a document are not shown, and checks that the
// others are.
func compare(t *testing.T, concealed map[string]bool, at string, doc bson.Raw, shown map[string]any) {
	t.Helper()
	elements, err := doc.Elements()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range elements {
		name, value := at+"."+e.Key(), shown[e.Key()]
		inside := e.Value()
		if list, ok := value.([]any); ok && len(list) == 1 {
			value = list[0]
			if values, err := inside.Array().Values(); err == nil {
				inside = values[0]
			}
		}
		below, isDocument := value.(map[string]any)
		switch said := fmt.Sprint(value); {
		case isDocument && inside.Type == bson.TypeEmbeddedDocument:
			compare(t, concealed, name, inside.Document(), below)
		case said == "(hash)" || said == "(sealed)":
			concealed[name] = true
		case inside.Type == bson.TypeString && said != inside.StringValue(), value == nil, strings.HasPrefix(said, "("):
			t.Errorf("%s: shown as %v, stored as %s", name, value, inside)
		}
	}
}
