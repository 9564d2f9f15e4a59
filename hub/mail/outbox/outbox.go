// Package outbox keeps emails in the database until the mail server has accepted
// them, so that they survive a restart and a mail server that is away.
//
// The request that causes an email stores it (Send); a worker of any process on
// the database sends it (Run). The recipient and the text are sealed, because
// they can contain a link that opens an account, and deleted once the email is
// sent or given up. An email whose link has expired is not sent.
package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

const (
	firstWait  = 15 * time.Second // after the first failure; it doubles
	longest    = time.Hour
	lease      = 2 * time.Minute    // how long one process has for a try, of at most mail.SendTimeout
	withoutEnd = 24 * time.Hour     // life of an email without a link
	mostLife   = 7 * 24 * time.Hour // of any email
	leftOver   = 24 * time.Hour     // until the database deletes an expired one that no process has seen
)

// An Entry is an email that waits.
type Entry struct {
	ID      string    `bson:"id"`
	Body    string    `bson:"body" secret:"sealed"` // a body
	Created time.Time `bson:"created"`
	Until   time.Time `bson:"until"` // then it is given up
	Next    time.Time `bson:"next"`  // it is tried, or the end of the lease of the process that tries
	Tries   int       `bson:"tries,omitempty"`
	Failed  string    `bson:"failed,omitempty"` // code of the last failure
}

// Key names the record.
func (e Entry) Key() string { return e.ID }

// ExpiresAt is when the database deletes it. A worker gives it up before.
func (e Entry) ExpiresAt() time.Time { return e.Until.Add(leftOver) }

// A body is what is sealed of an email.
type body struct {
	To      string `json:"to"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
	Code    string `json:"code"`
	Void    bool   `json:"void,omitempty"`
}

// A Service is the outbox. It is a mail.Sender.
type Service struct {
	Entries *store.Collection[Entry]
	Box     *seal.Box
	Server  mail.Sender
	Log     *slog.Logger
	Now     func() time.Time
	// GivenUp is called for each email that is not sent. It may be nil.
	GivenUp func(context.Context, GivenUp)

	bell chan struct{}

	mu   sync.Mutex
	sent map[string]bool // accepted by the server, but still stored
}

// Start completes the service.
func (s *Service) Start() *Service {
	s.bell, s.sent = make(chan struct{}, 1), map[string]bool{}
	return s
}

// Send stores the email. After that it survives this process.
func (s *Service) Send(ctx context.Context, m mail.Message) error {
	m, err := m.Tidy()
	if err != nil {
		return err
	}
	plain, err := json.Marshal(body{To: m.To, Subject: m.Subject, Text: m.Text, HTML: m.HTML, Code: m.Code, Void: m.Void})
	if err != nil {
		return fmt.Errorf("encode an email: %w", err)
	}
	life := m.Life
	if life <= 0 {
		life = withoutEnd
	}
	now := s.Now()
	e := Entry{ID: secrets.New(), Created: now, Until: now.Add(min(life, mostLife)), Next: now}
	e.Body = s.Box.Seal(plain, names.Outbox(e.ID))
	if err := s.Entries.Insert(ctx, e); err != nil {
		return fmt.Errorf("store an email: %w", err)
	}
	select {
	case s.bell <- struct{}{}:
	default:
	}
	return nil
}

func (s *Service) open(e Entry) (mail.Message, error) {
	plain, err := s.Box.Open(e.Body, names.Outbox(e.ID))
	if err != nil {
		return mail.Message{}, err
	}
	var b body
	if err := jsonx.Unmarshal(plain, &b); err != nil {
		return mail.Message{}, fmt.Errorf("read a stored email: %w", err)
	}
	return mail.Message{ID: e.ID, To: b.To, Subject: b.Subject, Text: b.Text, HTML: b.HTML, Code: b.Code, Void: b.Void}, nil
}

// wait is the pause after this many failures.
func wait(failures int) time.Duration {
	return min(firstWait<<min(failures-1, 20), longest)
}
