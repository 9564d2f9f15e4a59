package proof

import (
	"errors"
	"net/http"

	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/internal/texts"
)

// The fields of a form with a passkey (templates/parts/elements.html).
const (
	PasskeyState  = "passkey_state"
	PasskeyAnswer = "passkey_answer"
)

// PasskeyRefused is the message to the user about a refused passkey, if the error
// concerns the user.
func PasskeyRefused(err error) (title, text texts.Text, status int, ok bool) {
	switch {
	case errors.Is(err, passkeys.ErrUnknown):
		return texts.New("passkeys.unknown"), texts.New("passkeys.unknown-do"), http.StatusUnauthorized, true
	case errors.Is(err, passkeys.ErrStale):
		return texts.New("passkeys.stale"), texts.New("passkeys.stale-do"), http.StatusBadRequest, true
	case errors.Is(err, passkeys.ErrUnverified):
		return texts.New("passkeys.unverified"), texts.New("passkeys.unverified-do"), http.StatusUnauthorized, true
	case errors.Is(err, passkeys.ErrCloned):
		return texts.New("passkeys.cloned"), texts.New("passkeys.cloned-do"), http.StatusUnauthorized, true
	case errors.As(err, new(*passkeys.RefusedError)):
		return texts.New("passkeys.refused"), texts.New("passkeys.refused-do"), http.StatusUnauthorized, true
	}
	return texts.Text{}, texts.Text{}, 0, false
}

// PasskeyNotAdded is the message about a passkey that could not be added.
func PasskeyNotAdded(err error) (title, text texts.Text, ok bool) {
	switch {
	case errors.Is(err, passkeys.ErrTaken):
		return texts.New("passkeys.on-this-device"), texts.New("passkeys.taken-do"), true
	case errors.Is(err, passkeys.ErrMost):
		return texts.New("passkeys.full"), texts.New("passkeys.full-do"), true
	case errors.As(err, new(*passkeys.RefusedError)):
		return texts.New("passkeys.refused"), texts.New("passkeys.add-again"), true
	}
	title, text, _, ok = PasskeyRefused(err)
	return title, text, ok
}
