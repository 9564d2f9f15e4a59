package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/oauth"
)

// An Exchange says how the new token differs from the subject token (RFC 8693
// §2.1).
type Exchange struct {
	Client   clients.Client // the client that gets it
	Scopes   []string
	Audience []string // empty: unchanged
	Details  string   // JSON; empty: unchanged
	Actor    string   // the new actor; empty: unchanged
	Bound    oauth.Confirmation
}

// maxParents bounds how often a token may be exchanged in a row.
const maxParents = 5

// ErrChain is returned for a token that was exchanged too often.
var ErrChain = errors.New("the token was exchanged too often")

// Exchange mints an access token for another one. The new token depends on the
// first token and on everything that the first depends on. It has the same
// subject and does not live longer.
func (k *Service) Exchange(ctx context.Context, from TokenInfo, x Exchange) (token Issued, a AccessTokenClaims, err error) {
	if len(from.Parents) >= maxParents {
		return Issued{}, AccessTokenClaims{}, ErrChain
	}
	subject := from.Subject
	if from.Family.ID != "" {
		subject = k.subject(x.Client, from.User.ID)
	}
	a = k.access(subject, x.Client.ID, x.Scopes, x.Bound)
	a.AuthTime, a.ACR, a.AMR, a.Family = from.AuthTime, from.ACR, from.AMR, from.AccessTokenClaims.Family
	if slices.Contains(x.Scopes, "roles") {
		a.Roles = from.User.AllRoles()
	}
	if slices.Contains(x.Scopes, "groups") {
		a.Groups = from.User.GroupNames()
	}
	if from.User.ID != "" {
		if a.Custom, err = k.custom(ctx, release{x.Client, from.Family, from.User, x.Scopes, claimmap.AccessToken}); err != nil {
			return Issued{}, AccessTokenClaims{}, err
		}
	}
	a.Audience, a.Details, a.Actor = from.Audience, from.Details, from.Actor
	if len(x.Audience) > 0 {
		a.Audience = x.Audience
	}
	if x.Details != "" {
		a.Details = json.RawMessage(x.Details)
	}
	if x.Actor != "" {
		// §4.1: the new actor is outermost, earlier actors are nested in it.
		a.Actor, err = json.Marshal(act{Subject: x.Actor, Before: from.Actor})
		if err != nil {
			return Issued{}, AccessTokenClaims{}, err
		}
	}
	a.Parents = append(slices.Clone(from.Parents), from.AccessTokenClaims.ID)
	token, err = k.mint(ctx, x.Client, &a, from.Expires)
	return token, a, err
}

// act is the act claim of RFC 8693 §4.1.
type act struct {
	Subject string          `json:"sub"`
	Before  json.RawMessage `json:"act,omitempty"`
}
