package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// An Opaque is an access token without readable content. The claims of a signed
// one are stored here instead.
type Opaque struct {
	ID      string    `bson:"id"`     // hash of the token
	Access  string    `bson:"access"` // the claims, JSON
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (o Opaque) Key() string { return o.ID }

// ExpiresAt is when the token expires.
func (o Opaque) ExpiresAt() time.Time { return o.Expires }

func opaqueID(token string) string {
	return secrets.Hash(token)
}

// mint makes the access token in the form that the client uses.
func (k *Service) mint(ctx context.Context, c clients.Client, a AccessTokenClaims) (string, error) {
	if err := k.used(ctx, c); err != nil {
		return "", err
	}
	if !c.OpaqueTokens {
		return k.Signing.Sign(ctx, signing.ES256, TypeAccess, a)
	}
	text, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	token := names.AccessPrefix + secrets.New()
	err = k.Opaques.Insert(ctx, Opaque{ID: opaqueID(token), Access: string(text), Expires: time.Unix(a.Expires, 0)})
	return token, err
}

// read returns the claims of an access token of either form. Anything else is
// ErrInvalid.
func (k *Service) read(ctx context.Context, raw string) (AccessTokenClaims, error) {
	var a AccessTokenClaims
	if !strings.HasPrefix(raw, names.AccessPrefix) {
		err := k.Signing.Verify(ctx, raw, TypeAccess, &a)
		if errors.Is(err, signing.ErrVerify) {
			err = fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		return a, err
	}
	kept, err := k.Opaques.Get(ctx, opaqueID(raw))
	if errors.Is(err, fs.ErrNotExist) {
		return AccessTokenClaims{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err != nil {
		return AccessTokenClaims{}, err
	}
	if err := json.Unmarshal([]byte(kept.Access), &a); err != nil {
		return AccessTokenClaims{}, fmt.Errorf("decode a stored access token: %w", err)
	}
	return a, nil
}
