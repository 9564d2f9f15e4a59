package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
)

// An Exchange says how a token differs from the one it is exchanged for
// (RFC 8693 §2.1).
type Exchange struct {
	Client   clients.Client // who gets it
	Scopes   []string
	Audience []string // empty: as before
	Details  string   // JSON; empty: as before
	Actor    string   // who acts for the subject now; empty: as before
	Bound    oauth.Confirmation
}

// maxParents bounds how often a token may be handed on.
const maxParents = 5

// ErrChain is returned for a token that was handed on too often.
var ErrChain = errors.New("the token was exchanged too many times already")

// Exchange mints an access token in exchange for another. It hangs on all that
// the other hangs on, and on the other itself; it says of the subject what the
// other says, and does not live longer.
func (k *Service) Exchange(ctx context.Context, from TokenInfo, x Exchange) (token string, a AccessTokenClaims, err error) {
	if len(from.Parents) >= maxParents {
		return "", AccessTokenClaims{}, ErrChain
	}
	subject := from.Subject
	if from.Family.ID != "" {
		subject = k.subject(x.Client, from.User.ID)
	}
	a = k.access(subject, x.Client.ID, x.Scopes, x.Bound)
	a.Expires = min(a.Expires, from.Expires)
	a.AuthTime, a.ACR, a.AMR, a.Family = from.AuthTime, from.ACR, from.AMR, from.AccessTokenClaims.Family
	if slices.Contains(x.Scopes, "roles") {
		a.Roles = from.User.Roles
	}
	a.Audience, a.Details, a.Actor = from.Audience, from.Details, from.Actor
	if len(x.Audience) > 0 {
		a.Audience = x.Audience
	}
	if x.Details != "" {
		a.Details = json.RawMessage(x.Details)
	}
	if x.Actor != "" {
		// §4.1: the new actor outermost, those before it within.
		a.Actor, err = json.Marshal(act{Subject: x.Actor, Before: from.Actor})
		if err != nil {
			return "", AccessTokenClaims{}, err
		}
	}
	a.Parents = append(slices.Clone(from.Parents), from.AccessTokenClaims.ID)
	token, err = k.mint(ctx, x.Client, a)
	return token, a, err
}

// act is the act claim of RFC 8693 §4.1.
type act struct {
	Subject string          `json:"sub"`
	Before  json.RawMessage `json:"act,omitempty"`
}
