package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminSigning shows the hub's keys. Its forms post seen={Seen} to
// /admin/signing/rotate, with distrust=yes where the old keys must go at once,
// and key_days to /admin/signing/schedule.
type AdminSigning struct {
	Keys     []SigningKey
	Days     string // key_days: after how many days keys are replaced; 0 is never
	Seen     string // names the newest key, so that a button pressed twice rotates once
	Mistakes []Mistake
}

func (p AdminSigning) look() look {
	return look{"signing", desk, locales.Say("signing.tab"), len(p.Mistakes) > 0}
}

// A SigningKey is one of the hub's keys.
type SigningKey struct {
	KID     string
	Alg     string
	Use     locales.Text // what it is for
	State   Chip
	Created time.Time
	Starts  time.Time // of one that waits
	Retires time.Time // of one that signs, if the next one is there
	Leaves  time.Time // of one that signs no more
}
