// Package pending keeps requests that are made on one device and approved on
// another: a television that shows a code (RFC 8628), or a service that names
// the user (OpenID Connect CIBA).
//
// The client polls with a secret, of which the hub stores only the hash. The
// user answers once. An approval is collected once, even by concurrent polls.
//
// Handlers decide what the user sees, and which clients may ask.
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

// A Kind is how the request reaches the user.
type Kind string

// The two kinds. They are also the Kind of the resulting
// grants.TokenConstraints.
const (
	Device Kind = "device" // the user types a code (RFC 8628)
	Back   Kind = "ciba"   // the client named the user (OpenID Connect CIBA)
)

// A State is the progress of a request.
type State string

// The states. Only a pending request can be answered, and only an allowed one
// can be spent.
const (
	Pending State = "pending"
	Allowed State = "allowed"
	Denied  State = "denied"
	Spent   State = "spent"
)

// A Request waits for a user's answer.
type Request struct {
	ID       string `bson:"id"`                 // the head of the hash of the client's polling secret
	Hash     string `bson:"hash" secret:"hash"` // the whole hash
	CodeHash string `bson:"code" secret:"hash"` // of the user code; empty for Back
	UserID   string `bson:"user"`               // the user who is asked, or who answered
	Kind     Kind   `bson:"kind"`
	ClientID string `bson:"clientId"`

	Scopes    []string `bson:"scopes"`
	Resources []string `bson:"resources,omitempty"` // RFC 8707
	Agreed    []string `bson:"agreed,omitempty"`    // the names of these APIs in a consent
	Details   string   `bson:"details,omitempty"`   // authorization_details, JSON (RFC 9396)
	ACRValues string   `bson:"acrValues,omitempty"`
	Message   string   `bson:"message,omitempty"`                // binding_message (CIBA §7.1)
	IP        string   `bson:"ip"`                               // of the device, or of the client
	Notify    string   `bson:"notify,omitempty" secret:"sealed"` // client_notification_token, encrypted (CIBA §7.1)

	State    State         `bson:"state"`
	Decision Decision      `bson:"decision,omitempty"`
	Interval time.Duration `bson:"interval"`
	Polled   time.Time     `bson:"polled,omitempty"`

	Created time.Time `bson:"created"`
	Ends    time.Time `bson:"ends"` // after which it cannot be answered or collected
	Expires time.Time `bson:"expires"`
}

// A Decision is the user's answer, with how they were authenticated.
type Decision struct {
	GrantID     string `bson:"grantId,omitempty"`
	GrantSerial string `bson:"grantSerial,omitempty"`
	// Custom are the custom claims that the user agreed to (grants.Authorization).
	Custom []string `bson:"custom,omitempty"`

	grants.SignIn `bson:",inline"`
}

// Key names the record.
func (r Request) Key() string { return r.ID }

// ExpiresAt is when the request is deleted.
func (r Request) ExpiresAt() time.Time { return r.Expires }

const (
	// Life is how long a user may take.
	Life = 10 * time.Minute
	// Interval is the client's polling interval.
	Interval = 5 * time.Second
	// remember is how long an expired request is still recognised.
	remember = 10 * time.Minute
)

const idLength = 22 // base64url characters, 132 bits

// A Service keeps requests.
type Service struct {
	Requests *store.Collection[Request]
	Guesses  *store.Collection[Guess]
	Box      *seal.Box
	Poster   fetch.Poster // uses the guarded client
	Log      *slog.Logger
	Now      func() time.Time

	pings sync.WaitGroup
}

// Ask stores a request and returns the client's polling secret and, for a
// device, the user code. life is Life if zero.
func (k *Service) Ask(ctx context.Context, r Request, life time.Duration) (secret, code string, err error) {
	if life == 0 {
		life = Life
	}
	r.State, r.Interval, r.Created = Pending, Interval, k.Now()
	r.Ends = r.Created.Add(life)
	r.Expires = r.Ends.Add(remember)
	const tries = 5 // codes are short, so two requests may get the same
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

// hash is sufficient for values of 256 random bits. A user code could be
// recovered from a copy of the database, but only lives ten minutes.
func hash(secret string) string {
	return secrets.Hash(secret)
}

// ErrGone is returned for a request that is unknown, expired or answered.
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

// mostWaiting bounds what Waiting returns.
const mostWaiting = 200

// Waiting returns a user's pending back-channel requests, in the order of their
// ids, at most mostWaiting.
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

// Allow stores that the user agreed. The first answer counts.
func (k *Service) Allow(ctx context.Context, id, userID string, d Decision) error {
	return k.decide(ctx, id, userID, Allowed, d)
}

// Deny stores that the user refused.
func (k *Service) Deny(ctx context.Context, id, userID string) error {
	return k.decide(ctx, id, userID, Denied, Decision{})
}

// WithdrawProvider revokes the approvals of users who came by a login key,
// collected or not.
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

// Withdraw revokes an approval.
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

// StillSpent is an error of RFC 6749 §5.2 if a collected approval was revoked
// meanwhile. Approvals of users without a provider are not revoked so.
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
		r.CodeHash = "" // the code is not needed any more
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return ErrGone
	}
	return err
}
