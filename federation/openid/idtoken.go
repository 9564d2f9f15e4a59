package openid

import (
	"context"
	"crypto"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/secrets"
)

const (
	skew       = 2 * time.Minute // how far the provider's clock may be off
	maxSubject = 255             // Core §2
)

// idToken is a token whose signature is the provider's, and everything that
// its claims are held against.
type idToken struct {
	object
	alg      string
	leg      federation.AuthState
	before   object // the claims of the token before, when refreshing
	clientID string
	access   string
	now      time.Time
	manners  *quirks
}

// verify returns the claims of an id_token that passed every check.
func (c *Connector) verify(ctx context.Context, doc Discovery, leg federation.AuthState, got tokens) (object, error) {
	return c.verified(ctx, doc, got, idToken{leg: leg}, signInChecks)
}

func (c *Connector) verified(ctx context.Context, doc Discovery, got tokens, t idToken, checks []func(idToken) error) (object, error) {
	var err error
	// Core §3.1.3.7, rules 2 to 10.
	if t.object, t.alg, err = c.opened(ctx, idTokenPolicy(), doc, doc.SigningAlgs, got.ID, func(claims object) string { return c.issuerOf(doc, claims) }); err != nil {
		return nil, c.fault(federation.Untrusted, fmt.Errorf("the id_token: %w", err))
	}
	t.manners, t.clientID, t.access, t.now = &c.manners, c.dialect.ClientID, got.Access, c.env.Now()
	if err := t.check(checks); err != nil {
		return nil, c.faultf(federation.Untrusted, "the id_token: %w", err)
	}
	return t.object, nil
}

// opened returns the claims of a token that came over TLS from the endpoint that
// the provider names, and how it was signed: as the provider announced or, where
// a secret is shared with it, by that.
func (c *Connector) opened(ctx context.Context, policy jwt.Policy, doc Discovery, algs []string, raw string, issuer func(object) string) (object, string, error) {
	allowed := narrowed(algs)
	if c.manners.hmac != "" {
		allowed = append(allowed, jose.HS256)
	}
	token, err := policy.Only(allowed...).Parse(raw)
	if err != nil {
		return nil, "", err
	}
	// Nobody vouches for the claims yet: that they are right is what it takes to
	// be looked up a key for.
	claims, err := parseObject(token.Payload())
	if err != nil {
		return nil, "", err
	}
	if _, err = policy.Check(claims, jwt.Want{Issuer: issuer(claims), Audience: []string{c.dialect.ClientID}, Now: c.env.Now()}); err != nil {
		return nil, "", err
	}
	if err := c.verifySignature(ctx, token, c.manners.hmac); err != nil {
		return nil, "", err
	}
	return claims, token.Algorithm, nil
}

// signInChecks are what of Core §3.1.3.7 is OpenID's own. The signature (6, 7, 8)
// and the policy are right when they are looked at.
var signInChecks = []func(idToken) error{
	idToken.nonce,   // 11
	idToken.login,   // 13
	idToken.hash,    // §3.1.3.6
	idToken.subject, // §2
	idToken.preset,
}

func (t idToken) check(checks []func(idToken) error) error {
	for _, check := range checks {
		if err := check(t); err != nil {
			return err
		}
	}
	return nil
}

// nonce ties the token to this browser's request. There is no way to skip it:
// we always send one (FE-13). Where a preset's tokens have none, one that has
// is held to it all the same.
func (t idToken) nonce() error {
	if t.manners.noNonce && !t.Has("nonce") {
		return nil
	}
	nonce, err := t.Text("nonce")
	if err == nil && !secrets.Same(nonce, t.leg.Nonce) {
		err = errors.New("its nonce is not the one that was sent")
	}
	return err
}

// login looks at auth_time where a max_age was asked for. One that is missing,
// or longer ago than that, is no error: a provider may ignore what it was asked,
// and tell the truth. The hub then knows that the person did not sign in for this
// request, or not when they did, and asks for a proof of its own where that
// matters: hub/web/authorize holds the time against what the app wanted. Where
// nobody asked it decides nothing, and may be a date in words, as ADFS writes it.
func (t idToken) login() error {
	if t.leg.MaxAge == "" {
		return nil
	}
	at, _, err := t.Seconds("auth_time")
	if err == nil && time.Unix(at, 0).After(t.now.Add(skew)) {
		err = errors.New("its auth_time is in the future")
	}
	return err
}

// hash ties the access token to the id_token, if the provider does. An empty
// at_hash is a wrong one, not a missing one.
func (t idToken) hash() error {
	if !t.Has("at_hash") {
		return nil
	}
	hash, err := t.Text("at_hash")
	if err != nil {
		return err
	}
	if hash != halfHash(t.alg, t.access) {
		return errors.New("its at_hash does not match the access token")
	}
	return nil
}

// halfHash is the left half of the hash that goes with an algorithm (Core
// §3.1.3.6). EdDSA is with Ed25519, whose hash is SHA-512.
func halfHash(alg, text string) string {
	sum := crypto.SHA256
	switch {
	case strings.HasSuffix(alg, "384"):
		sum = crypto.SHA384
	case strings.HasSuffix(alg, "512"), alg == string(jose.EdDSA):
		sum = crypto.SHA512
	}
	h := sum.New()
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:sum.Size()/2])
}

func (t idToken) subject() error {
	subject, err := t.Text("sub")
	if err != nil {
		return err
	}
	return checkSubject(subject)
}

// preset is what one provider's tokens must say beyond that.
func (t idToken) preset() error {
	if t.manners.check == nil {
		return nil
	}
	return t.manners.check(t.object)
}

// checkSubject wants what Core §2 describes: up to 255 ASCII characters. "0"
// is what a broken provider makes of a missing id, for everybody (FE-25).
func checkSubject(subject string) error {
	switch {
	case subject == "" || subject == "0" || strings.TrimSpace(subject) != subject:
		return errors.New("its sub is empty")
	case len(subject) > maxSubject:
		return fmt.Errorf("its sub is longer than %d characters", maxSubject)
	case strings.ContainsFunc(subject, func(r rune) bool { return r < ' ' || r > '~' }):
		return errors.New("its sub has characters that are not printable ASCII")
	}
	return nil
}
