package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

// A fixture is the database of a hub of an earlier commit, with the secrets that
// were issued: it shows that today's hub reads what that one wrote. Each fixture
// has a folder in testdata.
//
// To add one for the current code, before a change of what is stored:
//
//	go test ./hub/internal/blackbox/faults -run TestAFixtureIsWritten -fixture ../../../testdata/fixtures/<name>
//
// It contains no real data: the users, their password and the secret key are those
// of these tests.
var fixture = flag.String("fixture", "", "write the databases of a hub into this folder")

// The files of a fixture: one database of each engine, and the issued secrets.
const (
	fixtureSQLite  = "sqlite.db"
	fixtureMongoDB = "mongodb.json" // one collection per line
	fixtureKnown   = "-known.json"  // after the name of the engine
)

// known are the values that were issued before the hub stopped.
type known struct {
	URL       string
	Written   time.Time
	SecretKey []byte

	Email    string // a user with the usual password
	UserID   string
	Client   string // with pairwise subjects
	Secret   string
	Pairwise string
	Refresh  string            // a refresh token of that client for that user
	Opaque   string            // an opaque access token
	OpaqueOf map[string]string // the app of that token: id and secret
	Cookies  map[string]string // the user's session cookie
	CSRF     string            // the CSRF token of a form
	Carried  string            // the address after a form_post response

	ImportedFrom, ImportedName, ImportedID string
	TiedUser                               string // a user of the provider, with tokens
}

func TestAFixtureIsWritten(t *testing.T) {
	if *fixture == "" {
		t.Skip("no folder is named by -fixture")
	}
	if err := os.MkdirAll(*fixture, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), fixtureSQLite)
	writeFixture(t, "sqlite", func() (store.Backend, error) { return sqlite.Open(file) })
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keepFixture(t, fixtureSQLite, raw)

	uri := mongodtest.URI(t)
	writeFixture(t, "mongodb", func() (store.Backend, error) { return mongodb.Open(t.Context(), uri) })
	keepFixture(t, fixtureMongoDB, collections(t, uri))
}

func keepFixture(t *testing.T, name string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(*fixture, name), raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeFixture uses a hub for a short time, and closes its database.
func writeFixture(t *testing.T, engine string, open func() (store.Backend, error)) {
	t.Helper()
	t.Run(engine, func(t *testing.T) {
		hubtest.Beside.Store(t, true) // the database must be closed when this returns
		db, err := open()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		k := life(t, db)
		raw, err := json.MarshalIndent(k, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		keepFixture(t, engine+fixtureKnown, append(raw, '\n'))
	})
}

// life makes at least one record of every set, and one of every kind of sealed
// value.
func life(t *testing.T, db store.Backend) known {
	primary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary.Person("lovelace@example.org", "staff")
	w := hubtest.NewWorldAs(t, db, hub.Config{Mail: &mailtest.Box{}})
	k := known{URL: w.URL, SecretKey: bytes.Repeat([]byte{7}, 32)}

	if _, err := w.Hub.SetupLink(t.Context()); err != nil { // setups
		t.Fatal(err)
	}
	boss := w.Operator()
	livesHere(t, w, &k)
	livesAbove(t, w, primary, &k)
	livesBelow(t, w)
	livesInApps(t, w)
	livesAtASite(t, w, boss)
	w.OpenIDKey("Dead", "http://127.0.0.1:1")
	tried := w.Browser()
	tried.Post(tried.Open("/signin"), "/signin/with/dead") // health
	boss.Submit(boss.Open("/admin"), "/admin/check")       // warnings, watches
	if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Registration = settings.RegistrationByToken }); err != nil {
		t.Fatal(err)
	}
	for name := range hub.RecordTypes() {
		hubtest.Until(t, "a record in "+name, func() bool {
			all, err := db.Find(t.Context(), name, store.Query{Now: time.Unix(0, 0), Limit: 1})
			return err == nil && len(all) > 0
		})
	}
	k.Written = w.Clock.Now()
	return k
}

// livesHere makes records of users of this hub: users, identities, sessions,
// grants, families, opaques, revoked, throttles, links, invitations, told,
// notices, signouts.
func livesHere(t *testing.T, w *hubtest.World, k *known) {
	ada := w.Person("ada@example.org", "staff")
	pairwise := w.App(func(c *clients.Client) { c.SubjectType = "pairwise" })
	b := w.Browser()
	r := pairwise.Redeem(b.SignInTo(pairwise, ada.Email, "scope", "openid email offline_access").Get("code"))
	k.Email, k.UserID, k.Client, k.Secret = ada.Email, ada.ID, pairwise.ID, pairwise.Secret
	k.Pairwise, _ = hubtest.ClaimsOf(t, r.Str("id_token"))["sub"].(string)
	k.Refresh = r.Str("refresh_token")
	k.Cookies = hubtest.Cookies(b)
	_, fields, _ := hubtest.Form(b.Open("/account/profile").Body, "/account/profile")
	k.CSRF = fields.Get("csrf")

	opaque := w.App(func(c *clients.Client) { c.OpaqueTokens = true })
	k.Opaque = opaque.Redeem(w.Browser().SignInTo(opaque, ada.Email).Get("code")).Str("access_token")
	k.OpaqueOf = map[string]string{"id": opaque.ID, "secret": opaque.Secret}

	gone := w.App(hubtest.OnItsOwn)
	token := gone.Post("/oauth2/token", "grant_type", "client_credentials", "scope", "files").Str("access_token")
	hubtest.Want(t, "revoking", gone.Post("/oauth2/revoke", "token", token).Status, 200)

	w.Person("grace@example.org")
	w.Browser().Authorize(pairwise.Request()) // a flow
	w.Browser().Submit(w.Browser().Open("/password/forgot"), "/password/forgot", "email", "grace@example.org")
	if _, err := w.Hub.ResetLink(t.Context(), audit.Named("test"), ada); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "new@example.org", Roles: []string{"staff"}}); err != nil {
		t.Fatal(err)
	}

	away := w.Listener()
	away.Status.Store(http.StatusServiceUnavailable)
	out := w.Browser()
	out.SignInTo(away.App, "grace@example.org")
	out.Submit(out.Open("/signout"), "/signout")
	<-away.Told
	wrong := w.Browser()
	wrong.Submit(wrong.Open("/signin"), "/signin", "email", "grace@example.org", "password", "not hers at all")

	k.ImportedFrom, k.ImportedName = "frappe", "someone@example.org"
	k.ImportedID = w.Hub.ImportedSubject(k.ImportedFrom, k.ImportedName)
	_, err := w.Hub.ImportUser(t.Context(), audit.Named("test"), users.Import{ID: k.ImportedID, From: k.ImportedFrom,
		NewUser: users.NewUser{Email: k.ImportedName, Profile: users.Profile{Name: "Someone"}, Roles: []string{"Employee"}}}, false)
	if err != nil {
		t.Fatal(err)
	}
}

// livesAbove makes records of hubs and providers that users sign in with:
// loginkeys with and without a secret, ties, decisions, stops, and sessions that
// end there too.
func livesAbove(t *testing.T, w, primary *hubtest.World, k *known) {
	hubs := hubtest.Join(t, primary, w, func(key *federation.LoginKey) {
		key.RoleMap = map[string]string{"staff": "member"}
	})
	a := w.App()
	b := w.Browser()
	at := "/signin/with/" + hubs.Key.ID
	p := b.Walk(b.Post(b.Authorize(a.Request("scope", "openid profile email offline_access")), at), "lovelace@example.org", primary, w)
	r := a.Redeem(b.Answer(p).Get("code"))
	k.TiedUser, _ = hubtest.ClaimsOf(t, r.Str("id_token"))["sub"].(string)

	there := primary.App(func(c *clients.Client) { c.RedirectURIs = []string{w.URL + "/signin/from/up"} })
	_, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "up", Kind: federation.KindOpenID, Name: "Up", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		SignUps: federation.Allow, TrustEmail: true, SignOutThere: true,
	}, there.Secret)
	if err != nil {
		t.Fatal(err)
	}
	primary.Person("hopper@example.org")
	b = w.Browser()
	b.Answer(b.Walk(b.Post(b.Authorize(a.Request()), "/signin/with/up"), "hopper@example.org", primary, w))

	primary.Person("both@example.org")
	w.Person("both@example.org")
	b = w.Browser()
	p = b.Walk(b.Post(b.Authorize(a.Request()), "/signin/with/up"), "both@example.org", primary)
	p = b.Submit(b.Hop(p), "/signin/link", "password", hubtest.Password) // decisions
	hubtest.Want(t, "after the password", strings.Contains(p.Body, `action="/consent"`), true)

	left := w.Browser()
	left.Post(left.Open("/signin"), "/signin/with/up") // stops
	resp, err := left.Client.PostForm(w.URL+"/signin/from/up", url.Values{"state": {"s"}, "code": {"c"}})
	k.Carried = left.Read(resp, err).Location
}

// livesBelow makes records of connected hubs: invites, and one pending request.
func livesBelow(t *testing.T, w *hubtest.World) {
	hubtest.Join(t, w, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	if _, _, err := w.Hub.NewInvite(t.Context(), audit.Named("test"), time.Hour); err != nil {
		t.Fatal(err)
	}
	key := federation.LoginKey{Kind: federation.KindPeer, Name: "Head office", BaseURL: w.URL, Enabled: true}
	if _, err := hubtest.NewWorld(t, hubtest.OpenSQLite(t)).Hub.AddLoginKey(t.Context(), audit.Named("test"), key, "", ""); err != nil {
		t.Fatal(err)
	}
}

// livesInApps makes records of requests by apps: initials, pushed, used,
// decoupled, guesses, and a readable secret.
func livesInApps(t *testing.T, w *hubtest.World) {
	if _, _, err := w.Hub.NewInitialToken(t.Context(), audit.Named("test"), 2, time.Hour); err != nil {
		t.Fatal(err)
	}
	a := w.App()
	hubtest.Want(t, "pushing", a.Push(a.Request()).Status, 201)

	shared := w.App(func(c *clients.Client) {
		c.AuthMethod = clientauth.MethodSecretJWT
		c.SetGrant(clients.GrantClientCredentials, true)
	})
	now := w.Clock.Now()
	assertion := hubtest.Signed(t, jose.HS256, []byte(shared.Secret), "", "", map[string]any{"iss": shared.ID, "sub": shared.ID, "aud": w.URL,
		"jti": "once", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	resp, err := http.PostForm(w.URL+"/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"files"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	hubtest.Want(t, "by a shared secret", resp.StatusCode, 200)

	bank := w.CallCentre(func(c *clients.Client) {
		c.CIBA = clients.CIBA{Delivery: "ping", NotificationURI: "https://bank.example.org/ping"}
	})
	hubtest.Want(t, "asking a person", bank.Ask("client_notification_token", "an-unguessable-token").Status, 200)
	tv := w.Television()
	hubtest.Want(t, "a device", tv.Begin().Status, 200)
	b := w.Home("ada@example.org")
	b.Open("/device/confirm?user_code=BBBB-BBBB") // guesses
}

// livesAtASite makes records of a Frappe site before its first sign-in, with a
// wrong request: debuts, traces.
func livesAtASite(t *testing.T, w *hubtest.World, boss *hubtest.Browser) {
	_, values := boss.AddSite()
	a := w.AddedSite(values)
	address := hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")
	w.Browser().Open(strings.Replace(address, "erp.example.com", "erp.example.net", 1))
}

// A collection is a MongoDB collection: its indexes and documents.
type collection struct {
	Set     string            `json:"set"`
	Indexes []json.RawMessage `json:"indexes"`
	Records []json.RawMessage `json:"records"`
}

func database(t *testing.T, uri string) *mongo.Database {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) }) //nolint:errcheck // the test is over
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	return client.Database(strings.TrimPrefix(u.Path, "/"))
}

// collections is a whole database as extended JSON.
func collections(t *testing.T, uri string) []byte {
	t.Helper()
	db := database(t, uri)
	var out bytes.Buffer
	for _, spec := range hub.Sets() {
		c := collection{Set: spec.Name}
		indexes, err := db.Collection(spec.Name).Indexes().List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.Indexes = documents(t, indexes)
		records, err := db.Collection(spec.Name).Find(t.Context(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			t.Fatal(err)
		}
		c.Records = documents(t, records)
		if err := json.NewEncoder(&out).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func documents(t *testing.T, from *mongo.Cursor) (all []json.RawMessage) {
	t.Helper()
	for from.Next(t.Context()) {
		raw, err := bson.MarshalExtJSON(from.Current, true, false)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw)
	}
	if err := from.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
