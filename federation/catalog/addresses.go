package catalog

import (
	"cmp"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
)

// An Address is an address of this hub that must be registered at a provider.
type Address struct {
	Name  string // its name in guides, in braces, and the page element
	Label string
	Help  string
	URL   string
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
	all := []Address{{"callback", "Callback URL", "Users return here after signing in. Also called redirect URI or return URL.", hub.Callback(k.ID)}}
	peer := k.Kind == federation.KindPeer
	if peer || e.SignsOut || k.Kind == federation.KindOpenID && k.SignOutThere {
		all = append(all, Address{"signed-out", "Return after sign-out", "Users return here after signing out there (post-logout redirect URI). Without it they stay at the provider.", hub.SignedOut()})
	}
	if peer || e.TellsSignOuts {
		all = append(all, Address{"backchannel", "Back-channel logout URL", "The provider reports ended sessions here, so that they end here too.", hub.Backchannel(k.ID)})
	}
	if peer {
		all = append(all, Address{"keys", "Keys (JWKS)", "This hub authenticates with these keys (private_key_jwt).", hub.Keys()})
	}
	return all
}

// steps are the guide's steps, plus one for each address that it does not name.
func (e Entry) steps() []string {
	steps := e.Guide
	if e.SignsOut && !names(steps, "signed-out") {
		steps = append(steps[:len(steps):len(steps)], "As address to return to after sign-out (post-logout redirect URI) enter {signed-out}.")
	}
	if e.TellsSignOuts && !names(steps, "backchannel") {
		steps = append(steps[:len(steps):len(steps)], "As back-channel logout URL enter {backchannel}.")
	}
	return steps
}

// names reports whether a guide names an address.
func names(guide []string, address string) bool {
	return strings.Contains(strings.Join(guide, " "), "{"+address+"}")
}
