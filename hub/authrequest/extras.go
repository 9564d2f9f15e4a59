package authrequest

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
)

// Extras names everything that a request asks for besides its scopes, so that
// consent can be stored and compared: custom claims that the scopes release,
// single claims, APIs, and authorization details exactly.
func Extras(r Request, c clients.Client) []string {
	names := claimmap.Extras(c.Claims, r.Scopes)
	for _, claim := range Claims(r) {
		names = append(names, "claim:"+claim)
	}
	agreed := r.Agreed
	if len(agreed) == 0 {
		agreed = r.Resources // a request that began before Agreed was stored
	}
	names = append(names, APIExtras(agreed)...)
	details, _ := oauth.ParseDetails(r.Details) //nolint:errcheck // it was parsed when the request was checked
	for _, d := range details {
		sum := sha256.Sum256(d.Text)
		names = append(names, "detail:"+base64.RawURLEncoding.EncodeToString(sum[:]))
	}
	return names
}

// APIExtras are the extras of APIs, by their names in a consent.
func APIExtras(agreed []string) []string {
	var names []string
	for _, api := range agreed {
		names = append(names, "resource:"+api)
	}
	return names
}

// Claims are the claims that the claims parameter requests and no scope of the
// request releases, in order (OIDC Core §5.5).
func Claims(r Request) []string {
	if r.Claims == "" {
		return nil
	}
	asked, err := oauth.ParseClaims(r.Claims)
	if err != nil {
		return nil // it was parsed when the request was checked
	}
	wanted := map[string]bool{}
	for _, list := range []map[string]oauth.ClaimWish{asked.Userinfo, asked.IDToken} {
		for name := range list {
			wanted[name] = true
		}
	}
	var beyond []string
	for _, scope := range tokens.Scopes() {
		if scope.Name == "openid" || slices.Contains(r.Scopes, scope.Name) {
			continue
		}
		for _, name := range scope.Claims {
			if wanted[name] {
				beyond = append(beyond, name)
				delete(wanted, name)
			}
		}
	}
	return beyond
}
