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

// letters are those of a user code: no vowels, so that it never spells a word,
// and none that looks like another or like a digit (RFC 8628 §6.1).
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

// ShowCode writes a code as people read it, XXXX-XXXX.
func ShowCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:codeLength/2] + "-" + code[codeLength/2:]
}

// ParseCode reads a code as people type it: in any case, with or without the
// dash, with spaces (RFC 8628 §6.1). ok is false for what cannot be one.
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

// A Guess counts the codes that one person typed and nobody was waiting with.
type Guess struct {
	ID      string    `bson:"id"` // the person's
	Count   int       `bson:"count"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (g Guess) Key() string { return g.ID }

// ExpiresAt is when the person may guess again.
func (g Guess) ExpiresAt() time.Time { return g.Expires }

// RFC 8628 §5.1: codes are short, so guesses must be few.
const (
	maxGuesses = 5
	guessPause = 15 * time.Minute
)

// ErrGuesses is returned to somebody who guessed too often.
var ErrGuesses = errors.New("too many wrong codes")

// Find returns the pending request that shows this code, for a person who is
// signed in; ErrGone if there is none, ErrGuesses if they tried too often. The
// guess is counted before the code is looked at and taken back if it was
// right, so no number of parallel guesses is more than maxGuesses.
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
	const tries = 20 // the record may come and go meanwhile
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
