package pending

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"math/big"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// The letters of a user code: no vowels, so that it never forms a word, and no
// letters that look alike or like a digit (RFC 8628 §6.1).
const (
	letters    = "BCDFGHJKLMNPQRSTVWXZ"
	codeLength = 8 // 20^8, 34 bits
)

func newCode() string {
	var b strings.Builder
	for range codeLength {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic(err) // crypto/rand never fails since Go 1.24
		}
		b.WriteByte(letters[n.Int64()])
	}
	return b.String()
}

// ShowCode formats a code for users, XXXX-XXXX.
func ShowCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:codeLength/2] + "-" + code[codeLength/2:]
}

// ParseCode reads a typed code: in any case, with or without the dash, with
// spaces (RFC 8628 §6.1). ok is false if it cannot be one.
func ParseCode(typed string) (code string, ok bool) {
	if len(typed) > 4*codeLength {
		return "", false
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r == '-' || r == ' ' || r == '.' || r == '_':
		case r < 0x80 && strings.ContainsRune(letters, r):
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() == codeLength
}

// A Guess counts the wrong codes that one user typed.
type Guess struct {
	ID      string    `bson:"id"` // the user's
	Count   int       `bson:"count"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (g Guess) Key() string { return g.ID }

// ExpiresAt is when the user may guess again.
func (g Guess) ExpiresAt() time.Time { return g.Expires }

// RFC 8628 §5.1: codes are short, so guesses must be few.
const (
	maxGuesses = 5
	guessPause = 15 * time.Minute
)

// ErrGuesses is returned after too many wrong codes.
var ErrGuesses = errors.New("too many wrong codes")

// Find returns the pending request with this code, for a signed-in user;
// ErrGone if there is none, ErrGuesses after too many tries. The guess is
// counted before the lookup and taken back if the code was right, so that
// parallel guesses cannot exceed maxGuesses.
func (k *Service) Find(ctx context.Context, userID, code string) (Request, error) {
	if err := k.guess(ctx, userID); err != nil {
		return Request{}, err
	}
	r, err := k.Requests.By(ctx, "code", hash(code))
	if errors.Is(err, fs.ErrNotExist) || (err == nil && (!k.open(r) || r.Kind != Device)) {
		return Request{}, ErrGone
	}
	if err != nil {
		return Request{}, err
	}
	return r, k.forgive(ctx, userID)
}

func (k *Service) guess(ctx context.Context, userID string) error {
	const tries = 20 // concurrent requests may create or delete the record
	var err error
	for range tries {
		err = k.Guesses.Update(ctx, userID, func(g *Guess) error {
			if g.Count >= maxGuesses {
				return ErrGuesses
			}
			g.Count++
			return nil
		})
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		err = k.Guesses.Insert(ctx, Guess{ID: userID, Count: 1, Expires: k.Now().Add(guessPause)})
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return err
}

func (k *Service) forgive(ctx context.Context, userID string) error {
	err := k.Guesses.Update(ctx, userID, func(g *Guess) error {
		if g.Count == 0 {
			return store.ErrUnchanged
		}
		g.Count--
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
