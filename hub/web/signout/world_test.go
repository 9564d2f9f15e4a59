package signout

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/signingtest"
	"github.com/fedhub/fedhub/templates"
)

const (
	issuer = "https://hub.example"
	bye    = "https://app.example/bye" // registered for payroll
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	m.Run()
}

// A world has the sign-out pages on a real database. No deliveries run, so
// notices to apps stay queued.
type world struct {
	t       *testing.T
	pages   *Handler
	db      *faultstore.Store
	people  *store.Collection[users.User]
	clients *store.Collection[clients.Client]
	signing *signing.Service
	ada     users.User
	events  []string
}

func newWorld(t *testing.T, upstreams ...federation.Connector) *world {
	t.Helper()
	file, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close(context.Background()) }) //nolint:errcheck // the test is over
	db := faultstore.New(file)
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder"}, Index: []string{"rank"}}, {Name: "clients"}, {Name: "signing"}, {Name: "stops"}, {Name: "ties"},
		{Name: "sessions", Unique: []string{"sid"}, Index: []string{"userId", "upstreamSid", "upstreamSub"}}, {Name: "audit"},
		{Name: "grants", Index: []string{"userId", "clientId"}}, {Name: "families", Index: []string{"sid", "userId", "loginKey"}},
		{Name: "notices", Index: []string{"clientId"}, Times: []string{"next"}}, {Name: "told"}, {Name: "signouts", Index: []string{"order"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now
	w := &world{t: t, db: db, people: store.NewCollection[users.User](db, "users", now), clients: store.NewCollection[clients.Client](db, "clients", now)}
	registry := clients.NewRegistry(clients.Options{Store: w.clients, Auth: &clientauth.Verifier{Issuer: issuer, Now: now}, Now: now, Log: slog.New(slog.DiscardHandler)})
	w.signing = signing.NewService(store.NewCollection[signing.Key](db, "signing", now), box, now)
	w.signing.NewRSA = signingtest.RSA
	user := users.New(users.Options{Users: w.people, Now: now})
	kept := &sessions.Service{Sessions: store.NewCollection[sessions.Session](db, "sessions", now), Users: user, Box: box, Now: now}
	granted := grants.NewService(store.NewCollection[grants.Grant](db, "grants", now), store.NewCollection[grants.TokenFamily](db, "families", now), grants.DefaultLives(), []byte("the hub's key"), now)
	recorder := &audit.Recorder{Set: store.NewCollection[audit.Event](db, "audit", now), Log: slog.New(slog.DiscardHandler), Now: now,
		Watch: func(e audit.Event) { w.events = append(w.events, strings.TrimSpace(e.Kind+" "+e.Actor+" "+e.Client)) }}
	keys := federation.NewRegistry(federation.Options{
		Store: federationtest.NewMemory(federation.LoginKey{ID: "company", Name: "Company", Kind: "openid", SignOutThere: true}, federation.LoginKey{ID: "quiet", Name: "Quiet", Kind: "openid"}),
		Factories: map[string]federation.Factory{"openid": func(federation.LoginKey, federation.Dependencies) (federation.Connector, error) {
			return upstreams[0], nil
		}},
	})
	named := &tokens.Service{Issuer: issuer, Signing: w.signing, Clients: registry, Users: user, Now: now}
	w.pages = &Handler{
		Issuer: issuer, Clients: registry, Upstreams: keys, Users: user, Tokens: named, Audit: recorder, Now: now,
		Stops:    &flows.Interruptions{Set: store.NewCollection[flows.Interruption](db, "stops", now), Box: box, Now: now},
		Sessions: &cookies.Service{Name: "test", Secure: true, Service: kept},
		UpstreamTokens: &upstreamtokens.Service{Ties: store.NewCollection[upstreamtokens.Token](db, "ties", now), Box: box, Upstreams: keys,
			Sessions: kept, Grants: granted, Audit: recorder, Now: now},
		Logouts: (&logouts.Service{
			Notices: store.NewCollection[logouts.Notice](db, "notices", now), Statuses: store.NewCollection[logouts.Status](db, "told", now),
			Ledger: store.NewCollection[logouts.SignOut](db, "signouts", now), Sessions: kept, Grants: granted, Tokens: named, Clients: registry, Audit: recorder, Now: now,
		}).Start(),
		Responder: &web.Responder{Now: now,
			Frame: func(*http.Request) templates.Frame { return templates.Frame{Hub: "Fedhub"} },
			Forms: web.Forms{Key: []byte("key"), Bind: func(http.ResponseWriter, *http.Request) (string, error) { return "this browser", nil }},
		},
	}
	w.ada = users.User{ID: "ada", Email: "ada@example.org", EmailKey: "ada@example.org", SessionGeneration: 1}
	if err := w.people.Insert(t.Context(), w.ada); err != nil {
		t.Fatal(err)
	}
	w.app("payroll", func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{bye} })
	return w
}

func (w *world) app(id string, change ...func(*clients.Client)) {
	w.t.Helper()
	c := clients.Client{ID: id, Name: "App " + id, Type: clients.Web}
	for _, edit := range change {
		edit(&c)
	}
	if err := w.clients.Insert(w.t.Context(), c); err != nil {
		w.t.Fatal(err)
	}
}

// hint is an ID token for payroll; edits are of its claims.
func (w *world) hint(sid string, edits ...func(map[string]any)) string {
	w.t.Helper()
	claims := map[string]any{"iss": issuer, "aud": "payroll", "sub": "ada as payroll knows her", "sid": sid, "iat": 1, "exp": 2}
	for _, edit := range edits {
		edit(claims)
	}
	token, err := w.signing.Sign(w.t.Context(), signing.ES256, tokens.TypeID, claims)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// A browser keeps its cookies.
type browser struct {
	w       *world
	cookies map[string]string
}

func (w *world) browser() *browser { return &browser{w, map[string]string{}} }

// signedIn is a browser in which ada is signed in, and the name of her session.
func (w *world) signedIn(change ...func(*sessions.Start)) (*browser, sessions.Session) {
	w.t.Helper()
	b := w.browser()
	start := sessions.Start{User: w.ada}
	for _, edit := range change {
		edit(&start)
	}
	rw := httptest.NewRecorder()
	r := b.request(http.MethodGet, "/", nil)
	w.pages.Sessions.Browser(rw, r)
	s, _, err := w.pages.Sessions.Start(rw, r, start)
	if err != nil {
		w.t.Fatal(err)
	}
	b.keep(rw)
	return b, s
}

// took says that apps were given codes in the session.
func (w *world) took(s sessions.Session, ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		now, err := w.pages.Sessions.Sessions.Get(w.t.Context(), s.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.pages.Sessions.NoteClient(w.t.Context(), now, id); err != nil {
			w.t.Fatal(err)
		}
	}
}

// An answer is what the browser gets.
type answer struct {
	status int
	to     string // where it is sent
	body   string
	header http.Header
	err    error // instead of an answer
}

func (b *browser) get(h web.HandlerFunc, address string) answer {
	return b.visit(h, b.request(http.MethodGet, address, nil))
}

func (b *browser) post(h web.HandlerFunc, address string, form url.Values) answer {
	return b.visit(h, b.request(http.MethodPost, address, form))
}

func (b *browser) request(method, address string, form url.Values) *http.Request {
	r := httptest.NewRequestWithContext(b.w.t.Context(), method, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

func (b *browser) visit(h web.HandlerFunc, r *http.Request) answer {
	rw := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(rw)
	c.Request = r
	err := h(c)
	b.keep(rw)
	return answer{rw.Code, rw.Header().Get("Location"), rw.Body.String(), rw.Header(), err}
}

func (b *browser) keep(rw *httptest.ResponseRecorder) {
	for _, c := range rw.Result().Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
}

// isSignedIn reports whether this browser has a session.
func (b *browser) isSignedIn() bool {
	_, err := b.w.pages.Sessions.Held(b.request(http.MethodGet, "/", nil))
	return err == nil
}

// asks is an app's request to end_session_endpoint.
func asks(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return "/oauth2/logout?" + v.Encode()
}

// want checks where the browser is sent, and whether ada is still signed in.
func (b *browser) want(what string, got answer, to string, signedIn bool) {
	b.w.t.Helper()
	if got.err != nil || got.status != http.StatusSeeOther || got.to != to || b.isSignedIn() != signedIn {
		b.w.t.Errorf("%s: got %d to %q, %v, signed in %v; want to %q, %v", what, got.status, got.to, got.err, b.isSignedIn(), to, signedIn)
	}
}
