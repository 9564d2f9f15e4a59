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

// A Carrier seals data that one page passes to the next (flows.Interruptions).
type Carrier interface {
	Carry(kind string, value any, life time.Duration) (string, error)
	Carried(kind, text string, out any) error
}

// appLife is how long a page with a secret is valid. The secret is stored only
// after the user has confirmed it by a code, because opening the page must not
// change anything.
const appLife = 30 * time.Minute

// carriedApp names the sealed data. It is bound to one user.
func carriedApp(u users.User) string { return "app/" + u.ID }

// AppOf is the data of the page that sets up an authenticator app.
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

// SecretOf reads the secret back from the page. An expired secret, or one of
// another user, gives the carrier's error.
func SecretOf(carrier Carrier, u users.User, sealed string) (secret string, err error) {
	err = carrier.Carried(carriedApp(u), sealed, &secret)
	return secret, err
}
