package catalog

import "github.com/fedhub/fedhub/federation"

// genericEntries are what fits where no name does.
func genericEntries() []Entry {
	return []Entry{
		{Preset: "peer", Name: "Another hub", Kind: federation.KindPeer, Group: Common},
		{Preset: "openid", Name: "Any OpenID provider", Kind: federation.KindOpenID, Group: Generic,
			Key: federation.LoginKey{Linking: federation.Never}},
	}
}
