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
	skew       = 2 * time.Minute // tolerance for the provider's clock
	maxSubject = 255             // Core §2
)

// idToken is a token with a valid signature of the provider, and everything
// that its claims are checked against.
type idToken struct {
	object
	alg      string
	leg      federation.AuthState
	before   object // the claims of the earlier token, in a refresh
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

// opened returns the claims of a token that came over TLS from the provider's
// endpoint. It must be signed with an announced algorithm or, if there is a
// shared secret, with that.
func (c *Connector) opened(ctx context.Context, policy jwt.Policy, doc Discovery, algs []string, raw string, issuer func(object) string) (object, string, error) {
	allowed := narrowed(algs)
	if c.manners.hmac != "" {
		allowed = append(allowed, jose.HS256)
	}
	token, err := policy.Only(allowed...).Parse(raw)
	if err != nil {
		return nil, "", err
	}
	// The claims are unverified here. Checking them first prevents key lookups
	// for worthless tokens.
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

// signInChecks are the checks of Core §3.1.3.7 that only OpenID has. Signature
// (6, 7, 8) and policy were checked before.
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

// nonce binds the token to this browser's request. It cannot be skipped,
// because we always send one (FE-13). If a provider's tokens have none, one
// that is present is still checked.
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

// login checks auth_time if max_age was requested. A missing or older time is
// no error: a provider may ignore max_age and state the true time. The hub then
// knows that the user did not authenticate for this request, or not when, and
// asks for its own proof where that matters: hub/web/authorize compares the
// time with the app's request. Without max_age the value is not used, and may
// be a text, as from ADFS.
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

// hash checks at_hash, which binds the access token to the id_token, if the
// provider sends it. An empty at_hash is wrong, not missing.
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

// halfHash is the left half of the hash for an algorithm (Core §3.1.3.6). EdDSA
// means Ed25519, with SHA-512.
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

// preset runs the additional check of one provider's tokens.
func (t idToken) preset() error {
	if t.manners.check == nil {
		return nil
	}
	return t.manners.check(t.object)
}

// checkSubject requires what Core §2 describes: up to 255 ASCII characters. "0"
// is a broken provider's value for a missing id, the same for all users
// (FE-25).
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
