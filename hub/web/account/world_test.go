package account

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
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
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
	"github.com/fedhub/fedhub/templates"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	m.Run()
}

// A world has the account pages, on real databases, with one browser in which ada
// is signed in.
type world struct {
	t          *testing.T
	people     *userstest.World
	pages      *Handler
	identities *store.Collection[linking.Identity]
	records    *store.Collection[linking.LinkEvent]
	box        mailtest.Box
	events     []string
	cookies    []*http.Cookie // of the browser of the requests
}

func newWorld(t *testing.T) *world {
	t.Helper()
	open := func(name string) store.Backend {
		db, err := sqlite.Open(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
		return db
	}
	w := &world{t: t, people: userstest.On(t, open("people.db"))}
	now := w.people.Now
	kept := open("sessions.db")
	if err := kept.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "sessions", Unique: []string{"sid"}, Index: []string{"userId", "upstreamSid", "upstreamSub"}}, {Name: "audit"}, {Name: "ties"},
		{Name: "grants", Index: []string{"userId", "clientId"}}, {Name: "families", Index: []string{"sid", "userId", "loginKey"}},
		{Name: "clients"}, {Name: "notices", Index: []string{"clientId"}, Times: []string{"next"}}, {Name: "told"}, {Name: "signouts", Index: []string{"order"}}, {Name: "links", Index: []string{"user"}},
	}); err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w.identities = store.NewCollection[linking.Identity](w.people.Backend, "identities", now)
	w.records = store.NewCollection[linking.LinkEvent](w.people.Backend, "decisions", now)
	registry := clients.NewRegistry(clients.Options{Store: store.NewCollection[clients.Client](kept, "clients", now), Auth: &clientauth.Verifier{Issuer: "https://hub.example", Now: now}, Now: now, Log: slog.New(slog.DiscardHandler)})
	signedIn := &sessions.Service{Sessions: store.NewCollection[sessions.Session](kept, "sessions", now), Users: w.people.Service, Box: box, Now: now}
	granted := grants.NewService(store.NewCollection[grants.Grant](kept, "grants", now), store.NewCollection[grants.TokenFamily](kept, "families", now), grants.DefaultLives(), []byte("the hub's key"), now)
	keys := federation.NewRegistry(federation.Options{Store: federationtest.NewMemory(), Env: federation.Dependencies{Now: now}})
	recorder := &audit.Recorder{Set: store.NewCollection[audit.Event](kept, "audit", now), Log: slog.New(slog.DiscardHandler), Now: now,
		Watch: func(e audit.Event) { w.events = append(w.events, e.Kind) }}
	mailer := mailtest.Mailer(&w.box)
	w.pages = &Handler{
		Issuer: "https://hub.example", Users: w.people.Service, Now: now, MinPassword: 12,
		Sessions: &cookies.Service{Name: "test", Secure: true, Service: signedIn}, Audit: recorder, Upstreams: keys,
		Logouts: (&logouts.Service{
			Notices: store.NewCollection[logouts.Notice](kept, "notices", now), Statuses: store.NewCollection[logouts.Status](kept, "told", now),
			Ledger: store.NewCollection[logouts.SignOut](kept, "signouts", now), Sessions: signedIn, Grants: granted, Clients: registry, Audit: recorder, Now: now,
		}).Start(),
		UpstreamTokens: &upstreamtokens.Service{Ties: store.NewCollection[upstreamtokens.Token](kept, "ties", now), Box: box, Upstreams: keys,
			Sessions: signedIn, Grants: granted, Audit: recorder, Now: now},
		Linking: linking.New(linking.Options{
			Users: w.people.Service, Identities: w.identities, Records: w.records, Mailer: mailer, URL: "https://hub.example", Now: now,
			Once:  func(context.Context, string, time.Time) error { return fs.ErrExist },
			Empty: func(context.Context, string) error { return nil },
		}),
		MailLinks: &maillinks.Service{Links: store.NewCollection[maillinks.Link](kept, "links", now), Mailer: mailer, Users: w.people.Service, URL: "https://hub.example", Now: now},
		Responder: &web.Responder{Now: now,
			Frame: func(*http.Request) templates.Frame { return templates.Frame{Hub: "Fedhub"} },
			Forms: web.Forms{Key: []byte("key"), Bind: func(http.ResponseWriter, *http.Request) (string, error) { return "this browser", nil }},
		},
	}
	w.pages.Proofs = &proof.Checker{Sessions: w.pages.Sessions, Users: w.pages.Users, Logouts: w.pages.Logouts, Audit: recorder}
	return w
}

// signIn signs a user in, and sets the browser of later requests.
func (w *world) signIn(u users.User, change ...func(*sessions.Start)) sessions.Session {
	w.t.Helper()
	start := sessions.Start{User: u, AuthTime: w.people.Now()}
	for _, edit := range change {
		edit(&start)
	}
	rw := httptest.NewRecorder()
	s, _, err := w.pages.Sessions.Start(rw, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil), start)
	if err != nil {
		w.t.Fatal(err)
	}
	w.cookies = rw.Result().Cookies()
	return s
}

// who is the signed-in user of the browser with these cookies.
func (w *world) who(held []*http.Cookie) (sessions.Person, bool) {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil)
	for _, c := range held {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	p, err := w.pages.Sessions.Current(r)
	if err != nil && !errors.Is(err, sessions.ErrNobody) {
		w.t.Fatal(err)
	}
	return p, err == nil
}

// An answer is what the browser gets.
type answer struct {
	status int
	to     string // where it is sent
	body   string
	err    error // instead of an answer
}

// post sends a form to one of the handlers; no form is a GET.
func (w *world) post(h web.HandlerFunc, form url.Values) answer {
	w.t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, "/account", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range w.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	rw := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(rw)
	c.Request = r
	err := h(c)
	if set := rw.Result().Cookies(); len(set) > 0 {
		w.cookies = set // the session continues under a new id
	}
	return answer{rw.Code, rw.Header().Get("Location"), rw.Body.String(), err}
}
