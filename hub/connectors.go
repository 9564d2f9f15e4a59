package hub

import (
	"github.com/fedhub/fedhub/federation"
	frappesite "github.com/fedhub/fedhub/federation/frappe"
	"github.com/fedhub/fedhub/federation/oauth2"
	"github.com/fedhub/fedhub/federation/openid"
	"github.com/fedhub/fedhub/federation/peer"
	"github.com/fedhub/fedhub/federation/social"
)

// connectors lists every kind of sign-in provider.
func connectors() map[string]federation.Factory {
	return map[string]federation.Factory{
		federation.KindOpenID: openid.New,     // any OpenID provider, by its issuer
		federation.KindPeer:   peer.New,       // another hub, by its Base URL alone
		federation.KindSocial: social.New,     // a provider of the vetted list
		federation.KindOAuth2: oauth2.New,     // any OAuth 2.0 provider, as the administrator describes it
		federation.KindFrappe: frappesite.New, // a Frappe or ERPNext site, by its address
	}
}
