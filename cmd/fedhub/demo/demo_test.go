package demo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/cmd/fedhub/demo"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

// A stage is a running demo with its hops and logs.
type stage struct {
	*testing.T
	*demo.Demo
	log *logbook

	mu   sync.Mutex
	hops []demo.Hop
	more chan struct{}
}

// startHub builds a hub of the demo.
func startHub(ctx context.Context, s demo.Setup, backend store.Backend) (demo.Running, error) {
	h, err := hub.New(ctx, hub.Config{
		URL: s.URL, Name: s.Name, SecretKey: s.SecretKey, Hash: s.Hash, Log: s.Log, Watch: s.Watch, Fetched: s.Fetched,
		SecondFactor: settings.SecondFactorOptional, MailServer: s.Mail,
	}, backend)
	if err != nil {
		return demo.Running{}, err
	}
	return demo.Running{Handler: h, Operator: h.Service, Keys: h.LoginKeyService, Run: h.Run}, nil
}

func newStage(t *testing.T) *stage { return newStageOn(t, "") }

func newStageOn(t *testing.T, database string) *stage {
	t.Helper()
	s := &stage{T: t, log: &logbook{}, more: make(chan struct{}, 1)}
	d, err := demo.Start(t.Context(), demo.Options{
		Start:    startHub,
		Database: database,
		Hash:     passwords.HashParams{Memory: 64, Time: 1, Threads: 1},
		Log:      slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Watch:    s.hop,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	s.Demo = d
	return s
}

func (s *stage) hop(h demo.Hop) {
	s.mu.Lock()
	s.hops = append(s.hops, h)
	s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// seen is how often a hop has happened.
func (s *stage) seen(from, to, what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, h := range s.hops {
		if h.From == from && h.To == to && h.What == what {
			n++
		}
	}
	return n
}

// await waits for a hop until the deadline of the test.
func (s *stage) await(from, to, what string) {
	s.Helper()
	for s.seen(from, to, what) == 0 {
		select {
		case <-s.more:
		case <-s.Context().Done():
			s.Fatalf("never seen: %s → %s %s", from, to, what)
		}
	}
}

func (s *stage) told() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, h := range s.hops {
		fmt.Fprintf(&b, "%s → %s  %s\n", h.From, h.To, h.What)
	}
	return b.String()
}

// logbook collects what is logged.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// toThePrimary goes from the app to the primary's sign-in page.
func (s *stage) toThePrimary(b *browser) {
	s.Helper()
	b.open(s.App.URL)
	b.sees(s.App.URL+"/", "keeps no passwords")
	b.click("Sign in with " + demo.SecondaryName)
	b.sees(s.Secondary.URL+"/signin", "to continue to "+demo.AppName)
	b.press("Continue with "+demo.PrimaryName, nil)
}

func (s *stage) signIn(b *browser, a demo.Account) {
	s.Helper()
	b.sees(s.Primary.URL+"/signin", "to continue to")
	b.press("Sign in", url.Values{"email": {a.Email}, "password": {a.Password}})
}

func TestAPersonSignsInThroughAllThree(t *testing.T) {
	t.Run("in a folder", func(t *testing.T) { signInThroughAllThree(t, newStage(t)) })
	t.Run("on MongoDB", func(t *testing.T) {
		uri := mongodtest.URI(t)
		s := newStageOn(t, uri)
		signInThroughAllThree(t, s)
		for _, name := range databases(t, uri) {
			if strings.HasPrefix(name, "fedhub_demo_") && strings.Contains(s.Place, name) {
				t.Errorf("the database %s is still there", name)
			}
		}
	})
}

func signInThroughAllThree(t *testing.T, s *stage) {
	b := newBrowser(t)
	ada := s.People[0]

	s.toThePrimary(b)
	s.signIn(b, ada)
	b.sees(s.Primary.URL+"/consent", "wants access to your "+demo.PrimaryName+" account")
	b.press("Allow", nil)
	b.sees(s.Secondary.URL+"/consent", demo.AppName+" wants access to your "+demo.SecondaryName+" account")
	b.press("Allow", nil)
	b.sees(s.App.URL+"/", "Hello, Ada Lovelace")
	b.sees(s.App.URL+"/", ada.Email+" verified")
	b.sees(s.App.URL+"/", "Issuer "+s.Secondary.URL)
	b.press("Refresh from the hub", nil)
	b.sees(s.App.URL+"/", "Hello, Ada Lovelace")

	for _, h := range []demo.Hop{
		{From: "secondary", To: "primary", What: "connection request (signed, with an invite code)"},
		{From: "browser", To: "app", What: "GET /login"},
		{From: "browser", To: "secondary", What: "authorize (application: Sample app)"},
		{From: "browser", To: "primary", What: "authorize (application: Secondary hub)"},
		{From: "primary", What: "Ada Lovelace is signed in"},
		{From: "secondary", To: "primary", What: "token (private_key_jwt)"},
		{From: "secondary", What: "Ada Lovelace is signed in through the primary"},
		{From: "app", To: "secondary", What: "token (client_secret_basic)"},
		{From: "app", What: "received new tokens for Ada Lovelace"},
	} {
		if s.seen(h.From, h.To, h.What) == 0 {
			t.Errorf("nothing was told of %s → %s %s in:\n%s", h.From, h.To, h.What, s.told())
		}
	}

	// Signing out of the primary ends the sessions at the secondary and the app.
	b.open(s.Primary.URL + "/signout")
	b.press("Sign out", nil)
	s.await("app", "", "ended the session of Ada Lovelace")
	b.open(s.App.URL)
	b.sees(s.App.URL+"/", "keeps no passwords")
	b.open(s.Secondary.URL + "/account")
	b.sees(s.Secondary.URL+"/signin", "Sign in")

	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	b.secret(ada.Password)
	s.nothingSecret(b)
}

// databases are the databases of a MongoDB server.
func databases(t *testing.T, uri string) []string {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Disconnect(context.Background()) //nolint:errcheck // the test is over
	names, err := client.ListDatabaseNames(t.Context(), bson.D{})
	if err != nil || len(names) == 0 {
		t.Fatalf("list the databases: %v %v", names, err)
	}
	return names
}

// nothingSecret searches all logs and hops for secrets.
func (s *stage) nothingSecret(b *browser) {
	s.Helper()
	// Codes, refresh tokens, client secrets, invite codes and JWTs by their format.
	looks := regexp.MustCompile(`fh[a-z]+_[A-Za-z0-9_-]{8,}|eyJ[A-Za-z0-9_-]{8,}|\$argon2`)
	for name, text := range map[string]string{"the log": s.log.String(), "what was told": s.told()} {
		if text == "" {
			s.Errorf("%s is empty", name)
		}
		for _, secret := range b.secrets {
			if strings.Contains(text, secret) {
				s.Errorf("%s holds the secret %q", name, secret)
			}
		}
		if found := looks.FindString(text); found != "" {
			s.Errorf("%s holds %q", name, found)
		}
	}
	if len(b.secrets) < 15 {
		s.Errorf("the browser saw only %d secrets", len(b.secrets))
	}
}

func TestWhoSaysNoGetsAPageWithAWayBack(t *testing.T) {
	s, b := newStage(t), newBrowser(t)

	// At the secondary, to the app.
	s.toThePrimary(b)
	s.signIn(b, s.People[1])
	b.press("Allow", nil)
	b.press("Cancel", nil)
	b.sees(s.App.URL+"/callback", "Sign-in cancelled")
	b.click("Go to the start page")
	b.sees(s.App.URL+"/", "keeps no passwords")

	// At the primary, to the secondary.
	b = newBrowser(t)
	s.toThePrimary(b)
	s.signIn(b, s.People[0])
	b.press("Cancel", nil)
	b.sees(s.Secondary.URL+"/signin/from/primary", "Choose another sign-in method")
	b.click("Choose another sign-in method")
	b.sees(s.Secondary.URL+"/signin", "to continue to "+demo.AppName)
}

func TestASecondSignInAsksNothing(t *testing.T) {
	s, b := newStage(t), newBrowser(t)
	s.toThePrimary(b)
	s.signIn(b, s.People[0])
	b.press("Allow", nil)
	b.press("Allow", nil)
	b.press("Sign out of this app", nil)
	b.sees(s.App.URL+"/signed-out", "still signed in to the hubs")
	b.click("Sign in again")
	b.sees(s.App.URL+"/", "Hello, Ada Lovelace")
}

func TestEachAdministratorHasOneHub(t *testing.T) {
	s, b := newStage(t), newBrowser(t)
	for _, h := range []demo.Hub{s.Primary, s.Secondary} {
		b.open(h.URL + "/admin")
		b.press("Sign in", url.Values{"email": {h.Admin.Email}, "password": {h.Admin.Password}})
		b.sees(h.URL+"/admin", "Needs attention")
		b.open(h.URL + "/admin/clients")
	}
	b.sees(s.Secondary.URL+"/admin/clients", demo.AppName)
	b.open(s.Primary.URL + "/admin/hubs")
	b.sees(s.Primary.URL+"/admin/hubs", strings.TrimPrefix(s.Secondary.URL, "http://"))
}

func TestNothingIsLeftOfADemo(t *testing.T) {
	s := newStage(t)
	if _, err := os.Stat(s.Place); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Place); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder: got %v, want it gone", err)
	}
	for _, address := range []string{s.Primary.URL, s.Secondary.URL, s.App.URL} {
		l, err := net.Listen("tcp", strings.Replace(strings.TrimPrefix(address, "http://"), "localhost", "127.0.0.1", 1))
		if err != nil {
			t.Errorf("the port is still in use: %v", err)
			continue
		}
		l.Close()
	}
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, text, _ := net.SplitHostPort(taken.Addr().String())
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	for party, o := range map[string]demo.Options{
		"primary": {PrimaryPort: port}, "secondary": {SecondaryPort: port}, "app": {AppPort: port},
	} {
		o.Start = startHub
		_, err := demo.Start(t.Context(), o)
		var problem *demo.PortError
		if !errors.As(err, &problem) || problem.Party != party || problem.Port != port {
			t.Errorf("%s: got %v", party, err)
		}
	}
}

func TestADemoThatIsStoppedWhileItStartsLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var there int // number of cleanup functions
	stop := func(demo.Hop) {
		if begun, err := os.ReadDir(os.TempDir()); err == nil {
			there = max(there, len(begun))
		}
		cancel()
	}
	d, err := demo.Start(ctx, demo.Options{Start: startHub, Watch: stop})
	if err == nil {
		t.Error("it started", d.Close())
	}
	if !errors.Is(err, context.Canceled) || there == 0 {
		t.Errorf("it was not stopped in the midst: got %v, with %d things begun", err, there)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("it left %s behind", left[0].Name())
	}
}
