package catalog

import (
	"cmp"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/internal/texts"
)

// Names of addresses, which are page elements too.
const (
	callback    = "callback"
	signedOut   = "signed-out"
	backchannel = "backchannel"
)

// An Address is an address of this hub that must be registered at a provider.
type Address struct {
	Name        string
	Label, Help texts.Text
	URL         string
}

func address(name, url string) Address {
	return Address{name, text("address." + name + ".label"), text("address." + name + ".help"), url}
}

// Of returns the entry of a key, or the one for its kind.
func Of(k federation.LoginKey) Entry {
	entry, _ := Get(cmp.Or(k.Preset, k.Kind))
	return entry
}

// Addresses are the addresses to register at the provider of a key, the
// callback first. Unused ones are left out.
func Addresses(k federation.LoginKey, hub hubaddress.Hub) []Address {
	e := Of(k)
	all := []Address{address(callback, hub.Callback(k.ID))}
	peer := k.Kind == federation.KindPeer
	if peer || e.SignsOut || k.Kind == federation.KindOpenID && k.SignOutThere {
		all = append(all, address(signedOut, hub.SignedOut()))
	}
	if peer || e.TellsSignOuts {
		all = append(all, address(backchannel, hub.Backchannel(k.ID)))
	}
	if peer {
		all = append(all, address("keys", hub.Keys()))
	}
	return all
}
