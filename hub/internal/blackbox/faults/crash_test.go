package faults_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/web/guard"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/testkit"
)

// childVariable makes this test program a hub. Its value is the address, a space
// and the database.
const childVariable = "FEDHUB_TEST_CRASH_CHILD"

func TestMain(m *testing.M) {
	if child := os.Getenv(childVariable); child != "" {
		fmt.Fprintln(os.Stderr, serveChild(child))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func childConfig(address string) hub.Config {
	return hub.Config{
		URL: "http://" + address, SecretKey: bytes.Repeat([]byte{7}, 32), Limits: guard.Limits{SignIns: web.Rate{Burst: 10_000}},
		Hash: passwords.HashParams{Memory: 64, Time: 1, Threads: 1}, Log: slog.New(slog.DiscardHandler),
	}
}

func serveChild(child string) error {
	var address, path string
	if _, err := fmt.Sscan(child, &address, &path); err != nil {
		return err
	}
	db, err := sqlite.Open(path)
	if err != nil {
		return err
	}
	h, err := hub.New(context.Background(), childConfig(address), db)
	if err != nil {
		return err
	}
	go h.Run(context.Background())
	return http.ListenAndServe(address, h)
}

// startChild runs the hub in another process and waits until it responds.
func startChild(t *testing.T, address, path string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program)
	child.Env = append(os.Environ(), childVariable+"="+address+" "+path)
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill(); child.Wait() }) //nolint:errcheck // it may be gone already
	limit := time.After(time.Minute)
	for {
		resp, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return child
			}
		}
		select {
		case <-limit:
			t.Fatal("the hub does not start within a minute")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// acknowledged is a sign-in with tokens that the app received.
type acknowledged struct{ code, access string }

func TestAKilledHubLosesNothingItAcknowledged(t *testing.T) {
	const rounds, workers, atLeast = 3, 6, 30
	path := filepath.Join(t.TempDir(), "hub.db")
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(testkit.Port(t)))
	a := prepareChild(t, address, path)
	var kept []acknowledged
	for range rounds {
		child := startChild(t, address, path)
		kept = append(kept, loadUntilKilled(t, a, child, workers, atLeast)...)
	}
	startChild(t, address, path) // without a repair step
	for _, k := range kept {
		if !a.Active(k.access) {
			t.Fatalf("an acknowledged sign-in is lost (of %d)", len(kept))
		}
	}
	for _, k := range kept[:atLeast] {
		hubtest.Refused(t, "a code that was redeemed before the crash", a.Redeem(k.code), 400, "invalid_grant")
	}
}

// prepareChild adds the user and the app before the hub starts.
func prepareChild(t *testing.T, address, path string) *hubtest.App {
	t.Helper()
	db, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.Background()) //nolint:errcheck // reopened at once
	h, err := hub.New(t.Context(), childConfig(address), db)
	if err != nil {
		t.Fatal(err)
	}
	w := &hubtest.World{TB: t, URL: "http://" + address, Hub: h, Clock: &hubtest.Clock{}}
	w.Person("ada@example.org")
	return w.App(func(c *clients.Client) { c.SkipAuthorization = true })
}

// loadUntilKilled signs in from several browsers, kills the hub with kill -9
// during that, and returns the acknowledged sign-ins.
func loadUntilKilled(t *testing.T, a *hubtest.App, child *exec.Cmd, workers int, atLeast int32) []acknowledged {
	t.Helper()
	var mu sync.Mutex
	var kept []acknowledged
	var count atomic.Int32
	var all sync.WaitGroup
	browsers := make([]*hubtest.Browser, workers)
	for i := range browsers {
		browsers[i] = (&hubtest.World{TB: t, URL: a.W.URL, Hub: a.W.Hub, Clock: a.W.Clock}).Browser()
		browsers[i].SignInTo(a, "ada@example.org")
	}
	for _, b := range browsers {
		all.Go(func() {
			for {
				k, ok := trySignIn(b, a)
				if !ok {
					return // the hub is dead
				}
				mu.Lock()
				kept = append(kept, k)
				mu.Unlock()
				if count.Add(1) == atLeast {
					child.Process.Kill() //nolint:errcheck // it is waited for below
				}
			}
		})
	}
	all.Wait()
	child.Wait() //nolint:errcheck // it was killed
	return kept
}

// trySignIn gets tokens by a live session, unless the hub dies.
func trySignIn(b *hubtest.Browser, a *hubtest.App) (acknowledged, bool) {
	resp, err := b.Get(a.W.URL + "/oauth2/authorize?" + a.Request().Encode())
	if err != nil {
		return acknowledged{}, false
	}
	resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		return acknowledged{}, false
	}
	code := to.Query().Get("code")
	r, err := a.Try("/oauth2/token", "grant_type", "authorization_code", "code", code, "redirect_uri", hubtest.Callback, "code_verifier", a.Verifier)
	if err != nil || r.Status != http.StatusOK {
		return acknowledged{}, false
	}
	return acknowledged{code, r.Str("access_token")}, true
}
