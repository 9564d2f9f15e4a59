package federation

import (
	"time"

	"github.com/fedhub/fedhub/internal/texts"
)

// endsSoon is how long before its expiry a client secret causes a warning.
const endsSoon = 30 * 24 * time.Hour

// SecretWarning is what the administrator should know if the client secret has
// expired, expires soon, or is too short for its use; else it is empty.
func (k LoginKey) SecretWarning(now time.Time) texts.Text {
	ends := !k.SecretExpires.IsZero() && !now.Add(endsSoon).Before(k.SecretExpires)
	switch {
	case ends && now.After(k.SecretExpires):
		return texts.New("provider.secret.ended", "day", k.SecretExpires)
	case ends:
		return texts.New("provider.secret.ends", "day", k.SecretExpires)
	case k.SecretShort:
		return texts.New("provider.secret.short")
	}
	return texts.Text{}
}
