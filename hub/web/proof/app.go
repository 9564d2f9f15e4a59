package proof

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/templates"
)

// A Carrier seals what a page carries to the next one (flows.Interruptions).
type Carrier interface {
	Carry(kind string, value any, life time.Duration) (string, error)
	Carried(kind, text string, out any) error
}

// appLife is how long a page with a secret is good for. The secret is not
// stored before its user has confirmed it by a code: a page may be only looked
// at.
const appLife = 30 * time.Minute

// carriedApp names what is carried. It is no other user's.
func carriedApp(u users.User) string { return "app/" + u.ID }

// AppOf is what a page shows to set an authenticator app up.
func AppOf(carrier Carrier, hub string, u users.User, secret string) (templates.App, error) {
	address, err := secondfactor.Address(hub, cmp.Or(u.Email, u.Username, u.Name, u.ID), secret)
	if err != nil {
		return templates.App{}, err
	}
	picture, err := secondfactor.Draw(address)
	if err != nil {
		return templates.App{}, err
	}
	sealed, err := carrier.Carry(carriedApp(u), secret, appLife)
	if err != nil {
		return templates.App{}, err
	}
	var groups []string
	for group := range slices.Chunk([]byte(secret), 4) {
		groups = append(groups, string(group))
	}
	return templates.App{Secret: strings.Join(groups, " "), Address: address, Size: picture.Size, Path: picture.Path, Sealed: sealed}, nil
}

// SecretOf reads the secret back from the page. One that is too old, or another
// user's, is the carrier's error.
func SecretOf(carrier Carrier, u users.User, sealed string) (secret string, err error) {
	err = carrier.Carried(carriedApp(u), sealed, &secret)
	return secret, err
}
