package clients

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/go-jose/go-jose/v4"
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
	a, err := parseAssertion(raw, algorithms())
	if err != nil {
		return Grant{}, refusedGrant(err)
	}
	var named struct {
		Iss string `json:"iss"`
	}
	if err := jsonx.Unmarshal(a.jws.UnsafePayloadWithoutVerification(), &named); err != nil || named.Iss == "" {
		return Grant{}, refusedGrant(flaw("it has no iss"))
	}
	g := Grant{Issuer: named.Iss}
	signer, err := r.signer(c, &g, vouchers)
	if err != nil {
		return Grant{}, refusedGrant(err)
	}
	candidates, err := r.keysFor(ctx, signer, a)
	if err != nil {
		return Grant{}, refusedGrant(err)
	}
	payload, err := a.verify(candidates)
	if err != nil {
		return Grant{}, refusedGrant(err)
	}
	said, err := parseClaims(payload)
	if err != nil {
		return Grant{}, refusedGrant(err)
	}
	if err := said.checkGrant(g, c, r.audiences(c, ""), r.now()); err != nil {
		return Grant{}, refusedGrant(err)
	}
	g.Subject, g.ID = said.sub, said.jti
	var used *AuthError
	if err := r.useOnce(ctx, "grant "+g.Issuer, said); errors.As(err, &used) {
		return Grant{}, refusedGrant(flaw("its jti was used before"))
	} else if err != nil {
		return Grant{}, err
	}
	return g, nil
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

// checkGrant holds the claims against the rules, in the order of RFC 7523 §3.
func (c claims) checkGrant(g Grant, client Client, audiences []string, now time.Time) error {
	switch {
	case c.iss != g.Issuer:
		return flaw("its iss is not who signed it")
	case c.sub == "":
		return flaw("it has no sub")
	case c.iss == client.ID && c.sub != client.ID:
		return flaw("a client can vouch for nobody but itself")
	case !slices.Contains(audiences, c.aud):
		return flaw("its aud must be one string, the issuer of this server or its token endpoint")
	}
	self := c // the rest is as for the client's own authentication
	self.iss, self.sub = client.ID, client.ID
	return self.check(client.ID, audiences, now)
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
	if !errors.As(err, &f) && !errors.Is(err, jose.ErrCryptoFailure) {
		return err
	}
	return &GrantError{Text: "the assertion was not accepted: " + publicText(err), cause: err}
}
