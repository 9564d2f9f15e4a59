package faults_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
	"github.com/fedhub/fedhub/templates"
)

// Today's hub reads and decrypts the records of an earlier commit, and continues
// with them.
func TestAnEarlierHubsDatabaseIsGoneOnWith(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "fixtures", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("there is no fixture to read: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder)+"/sqlite", func(t *testing.T) { goOn(t, folder, "sqlite", fileOf(t, folder)) })
		t.Run(filepath.Base(folder)+"/mongodb", func(t *testing.T) { goOn(t, folder, "mongodb", serverWith(t, folder)) })
	}
}

func fixtureFile(t *testing.T, folder, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// fileOf opens a copy of the fixture's database file.
func fileOf(t *testing.T, folder string) store.Backend {
	t.Helper()
	file := filepath.Join(t.TempDir(), fixtureSQLite)
	if err := os.WriteFile(file, fixtureFile(t, folder, fixtureSQLite), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) }) //nolint:errcheck // the test is over
	return db
}

// serverWith loads the fixture's documents and indexes into a real server.
func serverWith(t *testing.T, folder string) store.Backend {
	t.Helper()
	uri := mongodtest.URI(t)
	into := database(t, uri)
	lines := bufio.NewScanner(bytes.NewReader(fixtureFile(t, folder, fixtureMongoDB)))
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		var c collection
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		indexes, records := bson.A{}, bson.A{}
		for _, raw := range c.Indexes {
			indexes = append(indexes, fromJSON(t, raw))
		}
		for _, raw := range c.Records {
			records = append(records, kept(fromJSON(t, raw)))
		}
		err := into.RunCommand(t.Context(), bson.D{{Key: "createIndexes", Value: c.Set}, {Key: "indexes", Value: indexes}}).Err()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := into.Collection(c.Set).InsertMany(t.Context(), records); err != nil {
			t.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	db, err := mongodb.Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(t.Context()) }) //nolint:errcheck // the test is over
	return db
}

func fromJSON(t *testing.T, raw []byte) (doc bson.D) {
	t.Helper()
	if err := bson.UnmarshalExtJSON(raw, true, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// kept is a document that the server does not expire: it uses its own clock, not
// the story's.
func kept(doc bson.D) bson.D {
	for i, e := range doc {
		if _, dated := e.Value.(bson.DateTime); e.Key == "exp" && dated {
			doc[i].Value = bson.NewDateTimeFromTime(time.Now().AddDate(100, 0, 0))
		}
	}
	return doc
}

func goOn(t *testing.T, folder, engine string, db store.Backend) {
	var k known
	if err := json.Unmarshal(fixtureFile(t, folder, engine+fixtureKnown), &k); err != nil {
		t.Fatal(err)
	}
	w := hubtest.NewWorldAs(t, db, hub.Config{URL: k.URL, Now: func() time.Time { return k.Written.Add(time.Second) }})
	nothingIsLost(t, db)
	sealsOpen(t, db, k)
	oldSentencesAreShown(t, db)

	pairwise := &hubtest.App{W: w, Client: w.Kept(k.Client), Secret: k.Secret, Verifier: strings.Repeat("v", 43)}
	r := pairwise.Refresh(k.Refresh)
	hubtest.Want(t, "refreshing what was issued before", r.Status, 200)
	hubtest.Want(t, "pairwise sub", w.Userinfo(r.Str("access_token")).Str("sub"), k.Pairwise)
	opaque := &hubtest.App{W: w, Client: w.Kept(k.OpaqueOf["id"]), Secret: k.OpaqueOf["secret"]}
	hubtest.Want(t, "a token that says nothing is active", opaque.Active(k.Opaque), true)

	hubtest.Want(t, "id of an imported person", w.Hub.ImportedSubject(k.ImportedFrom, k.ImportedName), k.ImportedID)
	someone, err := w.Hub.User(t.Context(), k.ImportedID)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "who that is", someone.Email, k.ImportedName)
	from, err := w.Hub.Identities(t.Context(), k.TiedUser)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "identities of who came from upstream", len(from), 1)

	code := w.Browser().SignInTo(pairwise, k.Email).Get("code")
	hubtest.Want(t, "sub after signing in by password", hubtest.ClaimsOf(t, pairwise.Redeem(code).Str("id_token"))["sub"], any(k.Pairwise))
	b := w.Browser()
	home, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range k.Cookies {
		b.Jar.SetCookies(home, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	}
	hubtest.Want(t, "where the old cookies lead", b.Open("/account").URL.Path, "/account")
	p := b.Read(b.PostForm(w.URL+"/account/profile", url.Values{"csrf": {k.CSRF}, "name": {"Ada King"}}))
	hubtest.Want(t, "status of an old form", p.Status, http.StatusSeeOther)
	changed, err := w.Hub.User(t.Context(), k.UserID)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "what the form changed", changed.Name, "Ada King")
}

// younger are sets that did not exist when the fixture was written.
var younger = []string{
	"browsers", // browsers that signed in
	"passkeys", "secondfactors", "trustedbrowsers",
	"pictures",
	"removed", // ids of deleted users
	"proofs",  // a probe that the database is writable
	"outbox",  // emails that wait
	"groups", "memberships",
	"apis", "apiscopes",
}

// nothingIsLost decodes and encodes every record, and checks that no value is
// lost.
func nothingIsLost(t *testing.T, db store.Backend) {
	t.Helper()
	for name, of := range hub.RecordTypes() {
		all := recordsOf(t, db, name)
		if len(all) == 0 && !slices.Contains(younger, name) {
			t.Errorf("the fixture has no record in %s", name)
		}
		for _, r := range all {
			v := reflect.New(of)
			if err := bson.Unmarshal(r.Doc, v.Interface()); err != nil {
				t.Errorf("a record of %s: %v", name, err)
				continue
			}
			again, err := bson.Marshal(v.Elem().Interface())
			if err != nil {
				t.Fatal(err)
			}
			hubtest.Want(t, "id of a record of "+name, v.Elem().Interface().(store.Keyed).Key(), r.ID)
			stillIn(t, name, bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: r.Doc}, bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: again})
		}
	}
}

func recordsOf(t *testing.T, db store.Backend, set string) []store.Record {
	t.Helper()
	all, err := db.Find(t.Context(), set, store.Query{Now: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// stillIn returns the values that are missing in the other document.
func stillIn(t *testing.T, at string, before, after bson.RawValue) {
	t.Helper()
	switch before.Type {
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		if after.Type != before.Type {
			break
		}
		parts, err := bson.Raw(before.Value).Elements()
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			stillIn(t, at+"."+part.Key(), part.Value(), bson.Raw(after.Value).Lookup(part.Key()))
		}
		return
	}
	if !same(before, after) && !empty(before) {
		t.Errorf("%s was %v and is %v", at, before, after)
	}
}

// same reports whether two values are equal; a number may have a wider type.
func same(a, b bson.RawValue) bool {
	n, number := a.AsInt64OK()
	m, too := b.AsInt64OK()
	return a.Equal(b) || number && too && n == m
}

// empty reports whether a value may be omitted.
func empty(v bson.RawValue) bool {
	return v.Type == bson.TypeNull || len(bytes.Trim(v.Value, "\x00\x01")) == 0 || v.IsZero()
}

// oldSentencesAreShown: earlier versions stored sentences where codes are stored
// now. They are shown unchanged.
func oldSentencesAreShown(t *testing.T, db store.Backend) {
	t.Helper()
	shown := map[string]int{}
	check := func(set, kept, got string) {
		if kept != "" {
			shown[set]++
			hubtest.Want(t, "a sentence in "+set, got, kept)
		}
	}
	for _, r := range recordsOf(t, db, "audit") {
		e := read[audit.Event](t, r)
		check("audit", e.Reason, e.Words(templates.Sentence))
	}
	for _, r := range recordsOf(t, db, "traces") {
		for _, s := range read[traces.Trace](t, r).Steps {
			check("traces", s.Text, s.Words(templates.Sentence))
		}
	}
	for _, r := range recordsOf(t, db, "decisions") {
		e := read[linking.LinkEvent](t, r)
		check("decisions", e.Reason, e.Words(templates.Sentence))
	}
	for _, r := range recordsOf(t, db, "warnings") {
		w := read[health.Warning](t, r)
		check("warnings", w.Text, w.Words(templates.Sentence))
		check("warnings", w.Do, w.ToDo(templates.Sentence))
	}
	for _, r := range recordsOf(t, db, "loginkeys") {
		k := read[federation.LoginKey](t, r)
		check("loginkeys", k.Join.Message, k.Join.Words(templates.Sentence))
	}
	for _, set := range []string{"audit", "traces", "decisions", "warnings", "loginkeys"} {
		if shown[set] == 0 {
			t.Errorf("the fixture has no sentence in %s", set)
		}
	}
}

func read[T any](t *testing.T, r store.Record) (out T) {
	t.Helper()
	if err := bson.Unmarshal(r.Doc, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// sealsOpen decrypts every sealed value; there is one of each kind.
func sealsOpen(t *testing.T, db store.Backend, k known) {
	t.Helper()
	box, err := seal.New(k.SecretKey)
	if err != nil {
		t.Fatal(err)
	}
	text := func(doc bson.Raw, path ...string) string {
		s, _ := doc.Lookup(path...).StringValueOK()
		return s
	}
	for _, kind := range []struct {
		set     string
		field   []string
		context func(doc bson.Raw) string
	}{
		{"stops", []string{"sealed"}, func(d bson.Raw) string { return names.Stop(text(d, "kind"), text(d, "id")) }},
		{"ties", []string{"sealed"}, func(d bson.Raw) string { return names.Tie(text(d, "id")) }},
		{"signing", []string{"private"}, func(d bson.Raw) string { return names.SigningKey(text(d, "kid")) }},
		{"loginkeys", []string{"secret"}, func(d bson.Raw) string { return names.LoginKeySecret(text(d, "id")) }},
		{"clients", []string{"secrets", "0", "sealed"}, func(d bson.Raw) string { return names.ClientSecret(text(d, "id"), text(d, "secrets", "0", "id")) }},
		{"decoupled", []string{"notify"}, func(d bson.Raw) string { return names.Notification(text(d, "id")) }},
		{"sessions", []string{"upstream"}, func(d bson.Raw) string { return names.SessionUpstream(text(d, "userId"), text(d, "loginKey")) }},
	} {
		opened := 0
		for _, r := range recordsOf(t, db, kind.set) {
			sealed := text(r.Doc, kind.field...)
			if sealed == "" {
				continue
			}
			if _, err := box.Open(sealed, kind.context(r.Doc)); err != nil {
				t.Errorf("%s %s: %v", kind.set, r.ID, err)
			}
			opened++
		}
		if opened == 0 {
			t.Errorf("nothing of %s is sealed", kind.set)
		}
	}
	to, err := url.Parse(k.Carried)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := box.Open(to.Query().Get("answer"), names.Carried("answer/up")); err != nil {
		t.Errorf("what a browser carried: %v", err)
	}
}
