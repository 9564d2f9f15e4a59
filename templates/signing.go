package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSigning lists the hub's keys. Its forms post seen={Seen} to
// /admin/signing/rotate, with distrust=yes to remove the old keys at once, and
// key_days to /admin/signing/schedule.
type AdminSigning struct {
	Keys     []SigningKey
	Days     string // key_days: days until keys are replaced; 0 is never
	Seen     string // id of the newest key, so that a button pressed twice rotates once
	Mistakes []Mistake
}

func (p AdminSigning) look() look {
	return look{"signing", desk, locales.Say("signing.tab"), len(p.Mistakes) > 0}
}

// A SigningKey is one of the hub's keys.
type SigningKey struct {
	KID     string
	Alg     string
	Use     locales.Text // its purpose
	State   Chip
	Created time.Time
	Starts  time.Time // of a key that is not used yet
	Retires time.Time // of a key that signs, if the next one exists
	Leaves  time.Time // of a key that no longer signs
}
