package passkeys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Ceremony is its first half, for a page: options for the browser's script,
// and the state that the form gives back.
type Ceremony struct {
	Options string // JSON (§5.4, §5.5)
	State   string
}

// A purpose is what a challenge is for. It is the context of the seal, so the
// state of one purpose cannot be opened for another.
type purpose string

const toSignIn purpose = "passkey/signin"

func toRegister(userID string) purpose { return purpose("passkey/register/" + userID) }
func toConfirm(userID string) purpose  { return purpose("passkey/confirm/" + userID) }

// A state is what the hub must know of a ceremony to finish it.
type state struct {
	Browser   string
	Challenge string
	Handle    string `json:",omitempty"` // of a registration
}

// begin makes the half of a ceremony that the page gets.
func (k *Service) begin(p purpose, options any, s state) (Ceremony, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("write the options of a passkey: %w", err)
	}
	sealed, err := k.carry(string(p), s, Life)
	return Ceremony{Options: string(text), State: sealed}, err
}

// open opens a state in the browser that it was made for.
func (k *Service) open(p purpose, browser, sealed string) (state, error) {
	var s state
	if k.rp == nil {
		return state{}, ErrOff
	}
	// It carries nothing that we did not write, so an error means that it is
	// old, or not ours.
	if err := k.carried(string(p), sealed, &s); err != nil || browser == "" || !secrets.Same(s.Browser, browser) {
		return state{}, ErrStale
	}
	return s, nil
}

// spend uses a challenge up: of concurrent callers, one continues.
func (k *Service) spend(ctx context.Context, s state) error {
	err := k.once(ctx, "passkey/"+s.Challenge, k.now().Add(Life))
	if errors.Is(err, fs.ErrExist) {
		return ErrStale
	}
	return err
}

// mostAnswer bounds an answer, in bytes. One without attestation has about a
// thousand.
const mostAnswer = 16 << 10

// parse reads an answer. The library accepts a member that is there twice, so
// the text is checked first.
func parse[T any](answer string, read func([]byte) (T, error)) (parsed T, err error) {
	if len(answer) > mostAnswer {
		return parsed, &RefusedError{jsonx.ErrSize}
	}
	var checked jsonx.Value
	if err := jsonx.Unmarshal([]byte(answer), &checked); err != nil {
		return parsed, &RefusedError{err}
	}
	if parsed, err = read(checked); err != nil {
		return parsed, &RefusedError{err}
	}
	return parsed, nil
}
