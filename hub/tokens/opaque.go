package tokens

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
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

// Issued is a new access token and its lifetime in seconds.
type Issued struct {
	Token     string
	ExpiresIn int64
}

// mint makes the access token, with the lifetime and in the form that its APIs
// want, or the client. latest, if not zero, is when it expires at the latest.
func (k *Service) mint(ctx context.Context, c clients.Client, a *AccessTokenClaims, latest int64) (Issued, error) {
	if err := k.used(ctx, c); err != nil {
		return Issued{}, err
	}
	form, err := k.formOf(ctx, a.Audience)
	if err != nil {
		return Issued{}, err
	}
	a.Expires = a.Issued + int64(form.Life/time.Second)
	if latest != 0 {
		a.Expires = min(a.Expires, latest)
	}
	issued := Issued{ExpiresIn: a.Expires - a.Issued}
	if form.Format == apis.JWT || form.Format == "" && !c.OpaqueTokens {
		issued.Token, err = k.Signing.Sign(ctx, signing.ES256, TypeAccess, a)
		return issued, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return Issued{}, fmt.Errorf("encode claims: %w", err)
	}
	issued.Token = names.AccessPrefix + secrets.New()
	err = k.Opaques.Insert(ctx, Opaque{ID: opaqueID(issued.Token), Access: string(text), Expires: time.Unix(a.Expires, 0)})
	return issued, err
}

// formOf returns the lifetime and the format of a token for several APIs: the
// shortest lifetime, and an opaque token if one of them wants that.
func (k *Service) formOf(ctx context.Context, audience Audience) (apis.Edit, error) {
	var form apis.Edit
	for _, identifier := range audience {
		api, err := k.APIs.Find(ctx, identifier)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return form, err
		}
		life := cmp.Or(api.Life, AccessLife)
		if form.Life == 0 || life < form.Life {
			form.Life = life
		}
		if form.Format != apis.Opaque && api.Format != "" {
			form.Format = api.Format
		}
	}
	return form, nil
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
