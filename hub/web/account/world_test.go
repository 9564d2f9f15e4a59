package account

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
	"github.com/fedhub/fedhub/templates"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	m.Run()
}

// A world is the pages of people's own accounts, on real databases, with one
// browser in which ada is signed in.
type world struct {
	t          *testing.T
	people     *userstest.World
	pages      *Handler
	identities *store.Collection[linking.Identity]
	records    *store.Collection[linking.LinkEvent]
	cookies    []*http.Cookie
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
	if err := kept.Prepare(t.Context(), []store.CollectionSpec{{Name: "sessions", Unique: []string{"sid"}, Index: []string{"userId", "upstreamSid", "upstreamSub"}}}); err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w.identities = store.NewCollection[linking.Identity](w.people.Backend, "identities", now)
	w.records = store.NewCollection[linking.LinkEvent](w.people.Backend, "decisions", now)
	post := &mailtest.Box{}
	w.pages = &Handler{
		Issuer: "https://hub.example", Users: w.people.Service, Now: now, MinPassword: 12,
		Sessions: &cookies.Service{Name: "test", Secure: true, Service: &sessions.Service{
			Sessions: store.NewCollection[sessions.Session](kept, "sessions", now), Users: w.people.Service, Box: box, Now: now,
		}},
		Linking: linking.New(linking.Options{
			Users: w.people.Service, Identities: w.identities, Records: w.records, Mail: post, URL: "https://hub.example", Now: now,
			Once:  func(context.Context, string, time.Time) error { return fs.ErrExist },
			Empty: func(context.Context, string) error { return nil },
		}),
		Upstreams: federation.NewRegistry(federation.Options{Store: federationtest.NewMemory(), Env: federation.Dependencies{Now: now}}),
		MailLinks: &maillinks.Service{Sender: post, Users: w.people.Service, URL: "https://hub.example", Now: now},
		Responder: &web.Responder{Now: now,
			Frame: func(*http.Request) templates.Frame { return templates.Frame{Hub: "Fedhub"} },
			Forms: web.Forms{Key: []byte("key"), Bind: func(http.ResponseWriter, *http.Request) (string, error) { return "this browser", nil }},
		},
	}
	return w
}

// signIn signs somebody in, in the world's browser.
func (w *world) signIn(u users.User) {
	w.t.Helper()
	rw := httptest.NewRecorder()
	if _, _, err := w.pages.Sessions.Start(rw, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil), sessions.Start{User: u}); err != nil {
		w.t.Fatal(err)
	}
	w.cookies = rw.Result().Cookies()
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
	return answer{rw.Code, rw.Header().Get("Location"), rw.Body.String(), err}
}
