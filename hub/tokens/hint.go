package tokens

import (
	"context"
	"errors"
	"fmt"

	"github.com/fedhub/fedhub/hub/signing"
)

// A Hint is what an ID token says when a client shows it to us again.
type Hint struct {
	ClientID string // to whom it was issued
	Subject  string
	SID      string // of the session; empty if it came from none
}

// Hint reads an id_token_hint (OIDC Core §3.1.2.1, RP-Initiated Logout §4).
// The signature and the issuer must be ours. That it expired is no matter: it
// names a person and proves nothing. Every other token is ErrInvalid.
func (k *Keeper) Hint(ctx context.Context, raw string) (Hint, error) {
	var claims struct {
		Issuer   string   `json:"iss"`
		Audience Audience `json:"aud"`
		Subject  string   `json:"sub"`
		SID      string   `json:"sid"`
	}
	err := k.Signing.Verify(ctx, raw, TypeID, &claims)
	switch {
	case errors.Is(err, signing.ErrVerify):
		return Hint{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	case err != nil:
		return Hint{}, err
	case claims.Issuer != k.Issuer, len(claims.Audience) != 1, claims.Subject == "":
		return Hint{}, fmt.Errorf("%w: it is no ID token of this hub", ErrInvalid)
	}
	return Hint{ClientID: claims.Audience[0], Subject: claims.Subject, SID: claims.SID}, nil
}
