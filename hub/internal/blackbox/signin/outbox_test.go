package signin_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
)

// A flaky mail server is away until it is back.
type flaky struct {
	mu   sync.Mutex
	back bool
	got  chan mail.Message
}

func (f *flaky) Send(_ context.Context, m mail.Message) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.back {
		return errors.New("away")
	}
	f.got <- m
	return nil
}

func (f *flaky) comeBack() { f.mu.Lock(); f.back = true; f.mu.Unlock() }

func TestAnEmailWaitsForTheMailServerAcrossARestart(t *testing.T) {
	db, server := hubtest.OpenSQLite(t), &flaky{got: make(chan mail.Message, 10)}
	w := hubtest.NewWorldAs(t, db, hub.Config{MailServer: server})
	w.Person("ada@example.org")
	b := w.Browser()
	b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	if stored := hubtest.Dump(t, w); strings.Contains(stored, "/password/reset/") {
		t.Error("the link is stored in the clear")
	}
	w.Stop()
	server.comeBack()
	again := hubtest.NewWorldAs(t, db, hub.Config{URL: w.URL, MailServer: server})
	again.Clock.Skip(10 * time.Minute)
	m := hubtest.Arrives(t, server.got, "no email came after the restart")
	if m.To != "ada@example.org" || !strings.Contains(m.Text, w.URL+"/password/reset/") || !strings.Contains(m.HTML, w.URL+"/password/reset/") {
		t.Errorf("got %+v", m)
	}
}

// What an address costs must not say whether it has an account: the same reads,
// writes and rounds, and the same answer.
func TestAnUnknownAddressCostsTheSameEmail(t *testing.T) {
	server := &flaky{got: make(chan mail.Message, 100), back: true}
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{MailServer: server})
	hubtest.Done(t, w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) {
		s.EmailSignIn, s.SignUp = true, settings.SignUpOpen
	}))
	w.Person("ada@example.org")
	w.Person("other@example.org")
	for _, form := range []string{"/password/forgot", "/signin/email", "/signup"} {
		type answer struct {
			cost countstore.Cost
			at   string
			page int
		}
		ask := func(email string) answer {
			b := w.Browser()
			p := b.Open(form)
			var got hubtest.Page
			cost := w.Asked.OfRequests(func() { got = b.Submit(p, form, "email", email) })
			cost.Records = 0 // the account itself
			return answer{cost, got.URL.Path, got.Status}
		}
		ask("warm@example.org")
		ask("other@example.org")
		known, unknown := ask("ada@example.org"), ask("eve@example.org")
		if known != unknown || known.page != http.StatusOK {
			t.Errorf("%s: an account costs %+v, no account %+v", form, known, unknown)
		}
	}
}

func TestAGivenUpEmailIsOnRecord(t *testing.T) {
	server := &flaky{got: make(chan mail.Message, 10)}
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{MailServer: server})
	w.Person("ada@example.org")
	b := w.Browser()
	b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	l := w.Ledger()
	w.Clock.Skip(2 * time.Hour)
	l.Await(t, audit.EmailGivenUp)
	found := l.Heard(audit.EmailGivenUp)
	if len(found) != 1 || found[0].Detail["email"] != "password.reset" || found[0].Detail["why"] != "expired" {
		t.Errorf("recorded %+v", found)
	}
	if warned, err := w.Backend.Get(t.Context(), "warnings", "emails/givenup"); err != nil {
		t.Errorf("no warning: %v, %v", warned, err)
	}
	if logs := w.Logs.String(); strings.Contains(logs, "/password/reset/") && !strings.Contains(logs, "/password/reset/:token") {
		t.Error("the log has the link")
	}
}
