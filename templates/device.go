package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// Device asks for the code on another device. It posts to /device.
type Device struct {
	Code     string // as typed before, or from the link
	Mistakes []Mistake
}

func (p Device) look() look {
	return look{"device", card, locales.Say("device.tab"), len(p.Mistakes) > 0}
}

// DeviceConfirm asks whether the device with the code may have the requested
// permissions. It posts to /device/confirm with decision=allow or decision=deny.
type DeviceConfirm struct {
	Code    string
	Client  Client
	Account Person
	Switch  string // path to sign in as another user
	Scopes  []Scope
	APIs    []string
	// Unverified is as for Consent.
	Unverified string
	IP         string // of the device's request
	Asked      time.Time
}

func (p DeviceConfirm) look() look {
	return look{"deviceconfirm", card, locales.Say("deviceconfirm.tab", "shown", p.Client.Shown()), false}
}

// DeviceDone is the last page on this device.
type DeviceDone struct{ Allowed bool }

func (p DeviceDone) look() look {
	return look{"devicedone", card, locales.Say("devicedone.tab"), false}
}
