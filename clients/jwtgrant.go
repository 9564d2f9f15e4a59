package clients

import (
	"context"
	"errors"
	"slices"

	"github.com/fedhub/fedhub/internal/jwt"
)

// A Voucher is somebody whose assertions about people count (RFC 7523 §2.1).
type Voucher struct {
	Issuer   string
	JWKSURI  string
	LoginKey string // the people it vouches for are those it signs in here
}

// A Grant is what a JWT bearer assertion says, once it is verified.
type Grant struct {
	Issuer  string
	Subject string
	ID      string // its jti, which will not come again
	Voucher Voucher
}

// Own says that the client speaks of itself.
func (g Grant) Own(c Client) bool { return g.Issuer == c.ID && g.Subject == c.ID }

// CheckGrant verifies an assertion that a client hands in as a grant (RFC 7523
// §3), signed by a voucher or, about itself alone, by the client. It is good
// once. What is wrong with it is *GrantError; any other error is ours.
func (r *Registry) CheckGrant(ctx context.Context, c Client, raw string, vouchers []Voucher) (Grant, error) {
	if r.replay == nil {
		return Grant{}, errors.New("check a grant: no replay memory, so no assertion can be accepted")
	}
	g, claims, err := r.grantBy(ctx, c, raw, vouchers)
	if err != nil {
		return Grant{}, refusedGrant(err)
	}
	var used *AuthError
	if err := r.useOnce(ctx, grantPolicy(), "grant "+g.Issuer, claims); errors.As(err, &used) {
		return Grant{}, refusedGrant(flaw("its jti was used before"))
	} else if err != nil {
		return Grant{}, err
	}
	return g, nil
}

func (r *Registry) grantBy(ctx context.Context, c Client, raw string, vouchers []Voucher) (Grant, jwt.Claims, error) {
	token, err := grantPolicy().Parse(raw)
	if err != nil {
		return Grant{}, jwt.Claims{}, err
	}
	named, err := token.Unverified()
	g := Grant{Issuer: named.Loose("iss")}
	if err != nil || g.Issuer == "" {
		return Grant{}, jwt.Claims{}, flaw("it has no iss")
	}
	signer, err := r.signer(c, &g, vouchers)
	if err != nil {
		return Grant{}, jwt.Claims{}, err
	}
	candidates, err := r.keysFor(ctx, signer, token)
	if err != nil {
		return Grant{}, jwt.Claims{}, err
	}
	payload, err := verified(token, candidates)
	if err != nil {
		return Grant{}, jwt.Claims{}, err
	}
	claims, err := grantPolicy().Check(payload, jwt.Want{Issuer: g.Issuer, Audience: r.audiences(c, ""), Now: r.now()})
	if err == nil && g.Issuer == c.ID && claims.Subject != c.ID {
		err = flaw("a client can vouch for nobody but itself")
	}
	g.Subject, g.ID = claims.Subject, claims.ID
	return g, claims, err
}

// signer is whose keys the assertion is verified with.
func (r *Registry) signer(c Client, g *Grant, vouchers []Voucher) (Client, error) {
	if g.Issuer == c.ID {
		if c.JWKS == "" && c.JWKSURI == "" {
			return Client{}, flaw("the client has published no keys to verify it with")
		}
		return c, nil
	}
	i := slices.IndexFunc(vouchers, func(v Voucher) bool { return v.Issuer == g.Issuer })
	if i < 0 {
		return Client{}, flaw("its iss is nobody whose word counts for this client")
	}
	g.Voucher = vouchers[i]
	// Its place among the keys that are remembered: no client has such an id.
	return Client{ID: "assertions " + g.Voucher.JWKSURI, JWKSURI: g.Voucher.JWKSURI}, nil
}

// A GrantError says what is wrong with an assertion.
type GrantError struct {
	Text  string
	cause error
}

func (e *GrantError) Error() string { return e.Text }

// Unwrap returns the private cause.
func (e *GrantError) Unwrap() error { return e.cause }

func refusedGrant(err error) error {
	var f flaw
	if !errors.As(err, &f) && !errors.Is(err, jwt.ErrSignature) {
		return err
	}
	return &GrantError{Text: "the assertion was not accepted: " + publicText(err), cause: err}
}
