package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Device asks for the code that another device shows. It posts to /device.
type Device struct {
	Code     string // as typed before, or as the link brought it
	Mistakes []Mistake
}

func (p Device) look() look {
	return look{"device", card, locales.Say("device.tab"), len(p.Mistakes) > 0}
}

// DeviceConfirm asks whether what shows the code may have what it asked for. It
// posts to /device/confirm with decision=allow or decision=deny.
type DeviceConfirm struct {
	Code    string
	Client  Client
	Account Person
	Switch  string // path that signs in as somebody else
	Scopes  []Scope
	APIs    []string
	IP      string // where the request came from
	Asked   time.Time
}

func (p DeviceConfirm) look() look {
	return look{"deviceconfirm", card, locales.Say("deviceconfirm.tab", "shown", p.Client.Shown()), false}
}

// DeviceDone is the end of it on this device.
type DeviceDone struct{ Allowed bool }

func (p DeviceDone) look() look {
	return look{"devicedone", card, locales.Say("devicedone.tab"), false}
}
