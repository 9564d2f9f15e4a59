// Package pending keeps requests that are made on one device and decided on
// another: a television that shows a code (RFC 8628), or a service that knows
// whom to ask (OpenID Connect CIBA).
//
// The client polls with a secret that it alone was given, and the hub keeps
// only its hash. The person decides once. What was allowed is handed out once,
// however many ask at the same moment.
//
// It does not know what a person sees, nor who may ask: handlers do.
package pending

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Kind is how the request reached the person.
type Kind string

// The two kinds, which are also the Kind of the grants.Terms that follow.
const (
	Device Kind = "device" // the person types a code (RFC 8628)
	Back   Kind = "ciba"   // the client named the person (OpenID Connect CIBA)
)

// A State is how far a request is.
type State string

// The states. Only a pending request can be decided, and only an allowed one
// can be spent.
const (
	Pending State = "pending"
	Allowed State = "allowed"
	Denied  State = "denied"
	Spent   State = "spent"
)

// A Request waits for a person's decision.
type Request struct {
	ID       string `bson:"id"`                 // the head of the hash of what the client polls with
	Hash     string `bson:"hash" secret:"hash"` // all of it
	CodeHash string `bson:"code" secret:"hash"` // of the user code; empty for Back
	UserID   string `bson:"user"`               // who is asked, or who decided
	Kind     Kind   `bson:"kind"`
	ClientID string `bson:"clientId"`

	Scopes    []string `bson:"scopes"`
	Resources []string `bson:"resources,omitempty"` // RFC 8707
	Details   string   `bson:"details,omitempty"`   // authorization_details, JSON (RFC 9396)
	ACRValues string   `bson:"acrValues,omitempty"`
	Message   string   `bson:"message,omitempty"`                // binding_message (CIBA §7.1)
	IP        string   `bson:"ip"`                               // of the device, or of the client
	Notify    string   `bson:"notify,omitempty" secret:"sealed"` // client_notification_token, sealed (CIBA §7.1)

	State    State         `bson:"state"`
	Decision Decision      `bson:"decision,omitempty"`
	Interval time.Duration `bson:"interval"`
	Polled   time.Time     `bson:"polled,omitempty"`

	Created time.Time `bson:"created"`
	Ends    time.Time `bson:"ends"` // after which nobody can decide or collect
	Expires time.Time `bson:"expires"`
}

// A Decision is what a person said, and how the hub knew who they were.
type Decision struct {
	GrantID     string `bson:"grantId,omitempty"`
	GrantSerial string `bson:"grantSerial,omitempty"`

	grants.SignIn `bson:",inline"`
}

// Key names the record.
func (r Request) Key() string { return r.ID }

// ExpiresAt is when the request is forgotten.
func (r Request) ExpiresAt() time.Time { return r.Expires }

const (
	// Life is how long a person may take.
	Life = 10 * time.Minute
	// Interval is how long a client waits between two polls.
	Interval = 5 * time.Second
	// remember is how long an expired request is still known as one.
	remember = 10 * time.Minute
)

const idLength = 22 // base64url characters, 132 bits

// A Service keeps requests.
type Service struct {
	Requests *store.Collection[Request]
	Guesses  *store.Collection[Guess]
	Box      *seal.Box
	Poster   fetch.Poster // over the guarded client
	Log      *slog.Logger
	Now      func() time.Time

	pings sync.WaitGroup
}

// Ask keeps a request and returns what the client polls with and, for a
// device, the code that a person types. life is Life if zero.
func (k *Service) Ask(ctx context.Context, r Request, life time.Duration) (secret, code string, err error) {
	if life == 0 {
		life = Life
	}
	r.State, r.Interval, r.Created = Pending, Interval, k.Now()
	r.Ends = r.Created.Add(life)
	r.Expires = r.Ends.Add(remember)
	const tries = 5 // codes are short: two people may be given the same
	for range tries {
		secret, code = newSecret(r.Kind), ""
		r.Hash = hash(secret)
		r.ID = r.Hash[:idLength]
		if err := k.seal(&r, secret); err != nil {
			return "", "", err
		}
		if r.Kind == Device {
			code = newCode()
			r.CodeHash = hash(code)
		}
		err = k.Requests.Insert(ctx, r)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return "", "", fmt.Errorf("store a request: %w", err)
	}
	return secret, code, nil
}

func newSecret(kind Kind) string {
	prefix := names.DevicePrefix
	if kind == Back {
		prefix = names.BackchannelPrefix
	}
	return prefix + secrets.New()
}

// hash is enough for values of 256 random bits. That of a user code could be
// reversed, by whoever has the database, within the ten minutes of its life.
func hash(secret string) string {
	return secrets.Hash(secret)
}

// ErrGone is returned for a request that is unknown, expired or decided.
var ErrGone = errors.New("the request is unknown, expired or already decided")

// One returns a pending request; ErrGone if there is none.
func (k *Service) One(ctx context.Context, id string) (Request, error) {
	r, err := k.Requests.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !k.open(r)) {
		return Request{}, ErrGone
	}
	return r, err
}

func (k *Service) open(r Request) bool { return r.State == Pending && k.Now().Before(r.Ends) }

// mostWaiting is how many requests Waiting returns at most.
const mostWaiting = 200

// Waiting returns the back-channel requests that wait for a person, in the
// order of their ids; of more than mostWaiting the others wait unseen.
func (k *Service) Waiting(ctx context.Context, userID string) ([]Request, error) {
	var out []Request
	for r, err := range k.Requests.EachWhere(ctx, "user", userID) {
		if err != nil {
			return nil, err
		}
		if r.Kind != Back || !k.open(r) {
			continue
		}
		if out = append(out, r); len(out) == mostWaiting {
			break
		}
	}
	return out, nil
}

// Allow writes down that the person agreed. Of several answers the first
// counts.
func (k *Service) Allow(ctx context.Context, id, userID string, d Decision) error {
	return k.decide(ctx, id, userID, Allowed, d)
}

// Deny writes down that the person did not.
func (k *Service) Deny(ctx context.Context, id, userID string) error {
	return k.decide(ctx, id, userID, Denied, Decision{})
}

// WithdrawProvider takes back what people who came by a login key agreed to,
// whether their clients have collected it or not.
func (k *Service) WithdrawProvider(ctx context.Context, loginKey string) error {
	for r, err := range k.Requests.EachWhere(ctx, "decision.loginKey", loginKey) {
		if err != nil {
			return err
		}
		if err := k.Withdraw(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw takes an answer back.
func (k *Service) Withdraw(ctx context.Context, id string) error {
	err := k.Requests.Update(ctx, id, func(r *Request) error {
		r.State, r.Decision, r.CodeHash = Denied, Decision{}, ""
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// StillSpent is an error of RFC 6749 §5.2 if an answer that was handed out was
// taken back meanwhile. One of a person who came by no login key never is.
func (k *Service) StillSpent(ctx context.Context, r Request) error {
	if r.Decision.LoginKey == "" {
		return nil
	}
	r, err := k.Requests.Get(ctx, r.ID)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && r.State != Spent) {
		return errUnknown
	}
	return err
}

func (k *Service) decide(ctx context.Context, id, userID string, to State, d Decision) error {
	err := k.Requests.Update(ctx, id, func(r *Request) error {
		if !k.open(*r) || (r.UserID != "" && r.UserID != userID) {
			return ErrGone
		}
		r.State, r.UserID, r.Decision = to, userID, d
		r.CodeHash = "" // nobody needs to find it by its code again
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return ErrGone
	}
	return err
}
