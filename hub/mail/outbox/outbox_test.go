package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A server is a mail server that fails while it is told to.
type server struct {
	mu   sync.Mutex
	got  []mail.Message
	fail error
}

func (s *server) Send(ctx context.Context, m mail.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	s.got = append(s.got, m)
	return ctx.Err()
}

func (s *server) away(err error) { s.mu.Lock(); s.fail = err; s.mu.Unlock() }

func (s *server) all() []mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]mail.Message{}, s.got...)
}

// A world is an outbox with a clock.
type world struct {
	*testing.T
	backend store.Backend
	key     []byte
	server  server
	past    atomic.Int64 // nanoseconds that were skipped
	log     bytes.Buffer
	given   []GivenUp
}

func newWorld(t *testing.T) *world {
	t.Helper()
	backend, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { backend.Close(context.Background()) }) //nolint:errcheck // the test is over
	return &world{T: t, backend: backend, key: seal.NewKey()}
}

var begin = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func (w *world) now() time.Time       { return begin.Add(time.Duration(w.past.Load())) }
func (w *world) skip(d time.Duration) { w.past.Add(int64(d)) }

// process is the outbox in one more process.
func (w *world) process() *Service {
	w.Helper()
	if err := w.backend.Prepare(w.Context(), []store.CollectionSpec{{Name: "outbox", Times: []string{"next"}}}); err != nil {
		w.Fatal(err)
	}
	box, err := seal.New(w.key)
	if err != nil {
		w.Fatal(err)
	}
	return (&Service{
		Entries: store.NewCollection[Entry](w.backend, "outbox", w.now), Box: box, Server: &w.server, Now: w.now,
		Log:     slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		GivenUp: func(_ context.Context, g GivenUp) { w.given = append(w.given, g) },
	}).Start()
}

func (w *world) entries() []Entry {
	w.Helper()
	all, err := store.NewCollection[Entry](w.backend, "outbox", w.now).Find(w.Context(), store.Query{})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

const secret = "https://id.example.org/password/reset/secret"

func reset() mail.Message {
	return mail.Message{To: "ada@example.org", Subject: "Choose", Text: secret, HTML: "<a href=" + secret + ">", Code: "password.reset", Life: time.Hour}
}

func send(t *testing.T, s *Service, m mail.Message) {
	t.Helper()
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func TestAnAcceptedEmailSurvivesTheProcess(t *testing.T) {
	w := newWorld(t)
	send(t, w.process(), reset()) // and this process ends
	w.process().Flush(t.Context())
	got := w.server.all()
	if len(got) != 1 || got[0].To != "ada@example.org" || got[0].Text != secret || got[0].HTML == "" || got[0].ID == "" {
		t.Errorf("sent %+v", got)
	}
	if len(w.entries()) != 0 {
		t.Error("a sent email is still stored")
	}
}

func TestWhatWaitsIsSealed(t *testing.T) {
	w := newWorld(t)
	s := w.process()
	send(t, s, reset())
	e := w.entries()[0]
	if stored := fmt.Sprintf("%+v", e); strings.Contains(stored, "ada@") || strings.Contains(stored, "secret") || strings.Contains(stored, "password") {
		t.Errorf("stored: %s", stored)
	}
	other := e
	other.ID = "other" // as if an attacker moved it
	if _, err := s.open(other); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("moved: %v", err)
	}
}

func TestABusyServerIsTriedAgainWithGrowingPauses(t *testing.T) {
	w := newWorld(t)
	s := w.process()
	w.server.away(errors.New("busy"))
	m := reset()
	m.Life = 24 * time.Hour
	send(t, s, m)
	var pauses []time.Duration
	for range 10 {
		s.Flush(t.Context())
		next := w.entries()[0].Next
		pauses = append(pauses, next.Sub(w.now()))
		s.Flush(t.Context()) // nothing is due
		w.skip(next.Sub(w.now()))
	}
	if want := "[15s 30s 1m0s 2m0s 4m0s 8m0s 16m0s 32m0s 1h0m0s 1h0m0s]"; fmt.Sprint(pauses) != want {
		t.Errorf("the pauses are %v, want %s", pauses, want)
	}
	if e := w.entries()[0]; e.Tries != 10 || e.Failed != "failed" {
		t.Errorf("%+v", e)
	}
	w.server.away(nil)
	s.Flush(t.Context())
	if len(w.server.all()) != 1 || len(w.given) != 0 {
		t.Errorf("sent %v, given up %v", w.server.all(), w.given)
	}
}

func TestALinkPastItsLifeIsNotSent(t *testing.T) {
	w := newWorld(t)
	s := w.process()
	w.server.away(errors.New("away"))
	send(t, s, reset())
	for len(w.entries()) > 0 && w.now().Before(begin.Add(2*time.Hour)) {
		s.Flush(t.Context())
		w.skip(time.Minute)
	}
	if gone := w.now().Sub(begin); gone < time.Hour || gone > time.Hour+2*time.Minute {
		t.Errorf("given up after %v", gone)
	}
	if len(w.given) != 1 || w.given[0].Code != Expired || w.given[0].Email != "password.reset" || w.given[0].Last != "failed" || w.given[0].Tries != 8 {
		t.Errorf("given up: %+v", w.given)
	}
	// A hub that was off for longer does not send it either.
	send(t, s, reset())
	w.skip(time.Hour)
	w.server.away(nil)
	w.process().Flush(t.Context())
	if len(w.server.all()) != 0 || len(w.entries()) != 0 || len(w.given) != 2 {
		t.Errorf("sent %v, stored %v, given up %v", w.server.all(), w.entries(), w.given)
	}
	if got := w.log.String(); strings.Contains(got, "secret") || !strings.Contains(got, "could not send an email\"") {
		t.Errorf("the log says %s", got)
	}
}

func TestARefusedEmailIsGivenUpAtOnce(t *testing.T) {
	for want, failure := range map[string]*mail.Failure{Refused: {Permanent: true}, NoMailbox: {Permanent: true, Recipient: true}} {
		w := newWorld(t)
		s := w.process()
		w.server.away(failure)
		send(t, s, reset())
		s.Flush(t.Context())
		if len(w.given) != 1 || w.given[0].Code != want || len(w.entries()) != 0 {
			t.Errorf("given up %+v, stored %v", w.given, w.entries())
		}
	}
}

func TestAnEmailOfAnotherSecretKeyIsGivenUp(t *testing.T) {
	w := newWorld(t)
	send(t, w.process(), reset())
	w.key = seal.NewKey()
	w.process().Flush(t.Context())
	if len(w.given) != 1 || w.given[0].Code != Unreadable || len(w.entries()) != 0 || len(w.server.all()) != 0 {
		t.Errorf("given up %+v, stored %v", w.given, w.entries())
	}
}

func TestAVoidEmailIsStoredAlikeAndNeverSent(t *testing.T) {
	w := newWorld(t)
	s := w.process()
	void := reset()
	void.Void = true
	send(t, s, void)
	if len(w.entries()) != 1 {
		t.Error("it is not stored")
	}
	s.Flush(t.Context())
	if len(w.entries()) != 0 || len(w.server.all()) != 0 || len(w.given) != 0 {
		t.Errorf("stored %v, sent %v, given up %v", w.entries(), w.server.all(), w.given)
	}
	if err := s.Send(t.Context(), mail.Message{To: "ada@example.org\r\nBcc: eve@example.org"}); err == nil {
		t.Error("an address with a header was stored")
	}
}

// Thirty-two processes try the same emails at once, several times: each email is
// sent once.
func TestRacingProcessesSendOnce(t *testing.T) {
	w := newWorld(t)
	w.log.Grow(1)
	first := w.process()
	first.Log = slog.New(slog.DiscardHandler)
	const emails = 20
	for range emails {
		send(t, first, reset())
	}
	var racing sync.WaitGroup
	for range 32 {
		s := w.process()
		s.Log = first.Log
		racing.Go(func() {
			for range 3 {
				s.Flush(t.Context())
			}
		})
	}
	racing.Wait()
	seen := map[string]int{}
	for _, m := range w.server.all() {
		seen[m.ID]++
	}
	if len(seen) != emails || len(w.server.all()) != emails {
		t.Errorf("%d emails were sent, %d different ones", len(w.server.all()), len(seen))
	}
}

// A process that crashed while it sent holds the email up for the lease, and then
// another one sends it.
func TestACrashedProcessHoldsAnEmailUpBriefly(t *testing.T) {
	w := newWorld(t)
	s := w.process()
	send(t, s, reset())
	if _, ours, err := s.acquireLease(t.Context(), w.entries()[0].ID); !ours || err != nil {
		t.Fatal(ours, err)
	}
	other := w.process()
	other.Flush(t.Context())
	if len(w.server.all()) != 0 {
		t.Fatal("two processes send the same email")
	}
	w.skip(lease)
	other.Flush(t.Context())
	if len(w.server.all()) != 1 {
		t.Error("nobody sends it")
	}
}

// If the database fails after the server has accepted an email, this process
// deletes it later and does not send it again.
func TestADatabaseThatFailsAfterwardsCausesNoSecondEmail(t *testing.T) {
	w := newWorld(t)
	faulty := faultstore.New(w.backend)
	w.backend = faulty
	s := w.process()
	send(t, s, reset())
	faulty.Arm(faultstore.Plan{Counts: func(c faultstore.Call) bool { return c.Verb == "Delete" }, Nth: 1, Onwards: true})
	s.Flush(t.Context())
	w.skip(lease)
	s.Flush(t.Context())
	faulty.Disarm()
	s.Flush(t.Context())
	if len(w.server.all()) != 1 || len(w.entries()) != 0 {
		t.Errorf("sent %d times, stored %v", len(w.server.all()), w.entries())
	}
}

func TestAtTheEndWhatIsBeingSentMayFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.process()
		slow := make(chan struct{})
		s.Server = sender(func(ctx context.Context, _ mail.Message) error {
			select {
			case <-slow:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx); close(ended) }()
		send(t, s, reset())
		synctest.Wait()
		stop()
		synctest.Wait()
		close(slow)
		<-ended
		if len(w.entries()) != 0 {
			t.Error("it was cut off")
		}
		// One that hangs is cut off, and stays for the next start.
		hung := w.process()
		hung.Server = sender(func(ctx context.Context, _ mail.Message) error { <-ctx.Done(); return ctx.Err() })
		ctx, stop = context.WithCancel(t.Context())
		ended = make(chan struct{})
		go func() { hung.Run(ctx); close(ended) }()
		send(t, hung, reset())
		synctest.Wait()
		stop()
		<-ended
		if len(w.entries()) != 1 {
			t.Error("a hanging one was lost")
		}
	})
}

type sender func(context.Context, mail.Message) error

func (f sender) Send(ctx context.Context, m mail.Message) error { return f(ctx, m) }
