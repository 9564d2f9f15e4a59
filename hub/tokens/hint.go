package tokens

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/fedhub/fedhub/hub/signing"
)

// A Hint is the content of an ID token that a client sends back to the hub.
type Hint struct {
	ClientID string // the client that it was issued to
	Subject  string // the sub as the client knows it: compare with Service.Subject
	SID      string // of the session; empty if there was none
}

type hintClaims struct {
	Issuer   string   `json:"iss"`
	Audience Audience `json:"aud"`
	Subject  string   `json:"sub"`
	SID      string   `json:"sid"`
	Expires  int64    `json:"exp"`
	Issued   int64    `json:"iat"`
}

// Hint reads an id_token_hint (OIDC Core §3.1.2.1, RP-Initiated Logout §2). The
// signature and the issuer must be the hub's. An expired token is accepted,
// because it only names a user and proves nothing. Any other token is
// ErrInvalid.
func (k *Service) Hint(ctx context.Context, raw string) (Hint, error) {
	claims, err := k.readHint(ctx, raw)
	switch {
	case errors.Is(err, signing.ErrVerify), errors.Is(err, signing.ErrDecrypt), errors.Is(err, fs.ErrNotExist):
		return Hint{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	case err != nil:
		return Hint{}, err
	case claims.Issuer != k.Issuer, len(claims.Audience) != 1, claims.Subject == "", claims.Expires == 0, claims.Issued == 0:
		return Hint{}, fmt.Errorf("%w: it is not an ID token of this hub", ErrInvalid)
	}
	return Hint{ClientID: claims.Audience[0], Subject: claims.Subject, SID: claims.SID}, nil
}

func (k *Service) readHint(ctx context.Context, raw string) (hintClaims, error) {
	// A client that receives encrypted ID tokens may encrypt the inner token to
	// the hub (OIDC Core §3.1.2.1).
	if strings.Count(raw, ".") == 4 {
		inner, err := k.Signing.Decrypt(ctx, raw)
		if err != nil {
			return hintClaims{}, err
		}
		raw = string(inner)
	}
	var claims, named hintClaims
	alg, err := signing.Peek(raw, TypeID, &named)
	if err != nil {
		return hintClaims{}, err
	}
	if alg != signing.HS256 {
		err := k.Signing.Verify(ctx, raw, TypeID, &claims)
		return claims, err
	}
	keys, err := k.sharedKeysOf(ctx, named)
	if err != nil {
		return hintClaims{}, err
	}
	err = signing.VerifyMAC(raw, keys, TypeID, &claims)
	return claims, err
}

// sharedKeysOf returns the secrets of the client that a token names.
func (k *Service) sharedKeysOf(ctx context.Context, named hintClaims) ([][]byte, error) {
	if len(named.Audience) != 1 {
		return nil, signing.ErrVerify
	}
	c, err := k.Clients.Get(ctx, named.Audience[0])
	if err != nil {
		return nil, err
	}
	keys, err := k.ClientAuth.SharedKeys(c.ID, c.Secrets)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", signing.ErrVerify, err)
	}
	return keys, nil
}
