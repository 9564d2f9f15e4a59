package clients

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/go-jose/go-jose/v4"
)

// A client that asks by back channel may sign what it asks (OpenID Connect CIBA
// §7.1.1). Whether it does is its registration.

// backLife is how far ahead a signed request may expire, and so how long its
// jti must be remembered.
const backLife = time.Hour

// BackAlgs returns the names of the algorithms that may sign a request made by
// back channel, for metadata. Secrets sign none (CIBA §4).
func BackAlgs() []string { return keyAlgs() }

// OpenBack verifies a signed authentication request and uses it up. The error
// is *ObjectError if the request is at fault.
func (r *Registry) OpenBack(ctx context.Context, c Client, raw string) (jsonx.Object, error) {
	if len(raw) > maxObject {
		return nil, badObject(flaw("it is too long"))
	}
	header, err := objectHeader(raw)
	if err == nil && header.Alg != c.Algs.CIBARequest {
		err = flaw("this client is registered for requests signed with " + c.Algs.CIBARequest)
	}
	if err != nil {
		return nil, badObject(err)
	}
	payload, err := r.backPayload(ctx, c, raw)
	if err != nil {
		return nil, badObject(err)
	}
	members, err := jsonx.ParseObject(payload)
	if err != nil {
		return nil, badObject(flaw("its payload is not a JSON object"))
	}
	claims, err := backClaimsOf(members)
	if err == nil {
		err = claims.check(c.ID, r.issuer, r.now())
	}
	if err != nil {
		return nil, badObject(err)
	}
	return members, r.useBackOnce(ctx, c.ID, claims)
}

func (r *Registry) backPayload(ctx context.Context, c Client, raw string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(c.Algs.CIBARequest)})
	if err != nil || !slices.Contains(BackAlgs(), c.Algs.CIBARequest) {
		return nil, fmt.Errorf("%w (%w)", flaw("it is not a signed JWT"), err)
	}
	header := jws.Signatures[0].Protected
	a := assertion{jws: jws, alg: jose.SignatureAlgorithm(header.Algorithm), kid: header.KeyID}
	candidates, err := r.keysFor(ctx, c, a)
	if err != nil {
		return nil, err
	}
	return a.verify(candidates)
}

// backClaims are those that CIBA §7.1.1 demands.
type backClaims struct {
	iss, sub, jti string
	aud           []string
	exp, nbf, iat *float64
}

func backClaimsOf(raw jsonx.Object) (backClaims, error) {
	var c backClaims
	for name, into := range map[string]any{"iss": &c.iss, "sub": &c.sub, "jti": &c.jti, "exp": &c.exp, "nbf": &c.nbf, "iat": &c.iat} {
		if value, found := raw[name]; found && jsonx.Unmarshal(value, into) != nil {
			return backClaims{}, flaw("its " + name + " has the wrong type")
		}
	}
	var one string
	if jsonx.Unmarshal(raw["aud"], &one) == nil {
		c.aud = []string{one}
	} else if jsonx.Unmarshal(raw["aud"], &c.aud) != nil {
		return backClaims{}, flaw("its aud must be the issuer of this server")
	}
	return c, nil
}

// check holds the claims against CIBA §7.1.1, which leaves none of them out.
func (c backClaims) check(id, issuer string, now time.Time) error {
	seconds := float64(now.UnixMilli()) / 1000
	switch {
	case !slices.Contains(c.aud, issuer):
		return flaw("its aud must be the issuer of this server")
	case c.iss != id:
		return flaw("its iss must be the client_id")
	case c.sub == id:
		return flaw("its sub may not be the client_id: it could be taken for a client assertion") // RFC 9101 §10.8
	case c.exp == nil || c.iat == nil || c.nbf == nil || c.jti == "":
		return flaw("it needs exp, iat, nbf and jti")
	case *c.exp <= seconds-skew.Seconds():
		return flaw("it has expired")
	case *c.exp > seconds+(backLife+skew).Seconds():
		return flaw("its exp is more than an hour ahead")
	case *c.iat > seconds+skew.Seconds():
		return flaw("its iat is in the future")
	case *c.nbf > seconds+skew.Seconds():
		return flaw("its nbf is in the future")
	case *c.nbf < seconds-(backLife+skew).Seconds():
		return flaw("its nbf is more than an hour ago") // FAPI-CIBA §5.2.2
	case len(c.jti) > maxJTI:
		return flaw("its jti is too long")
	}
	return nil
}

// useBackOnce burns the jti, as the last check.
func (r *Registry) useBackOnce(ctx context.Context, id string, c backClaims) error {
	if r.replay == nil {
		return errors.New("open a signed request: no replay memory, so none can be accepted")
	}
	until := time.UnixMilli(int64(*c.exp * 1000)).Add(skew + time.Second)
	err := r.replay(ctx, hash(strings.Join([]string{"ciba", id, c.jti}, "\x00")), until)
	if errors.Is(err, fs.ErrExist) {
		return badObject(flaw("its jti was used before"))
	}
	return err
}
