package openid

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/jwt"
)

const (
	logoutEvent    = "http://schemas.openid.net/event/backchannel-logout"
	maxLogoutToken = 16 << 10       // bytes
	maxLogoutLife  = 24 * time.Hour // how long a jti must be remembered at most
)

// LogoutToken verifies a back-channel logout token in the order of OpenID
// Connect Back-Channel Logout §2.6. Anyone can post one, so a token that does
// not even claim to be from the provider and for us causes no request.
func (c *Connector) LogoutToken(ctx context.Context, raw string) (federation.Ended, error) {
	if len(raw) > maxLogoutToken {
		return federation.Ended{}, c.faultf(federation.Untrusted, "the logout token is longer than %d bytes", maxLogoutToken)
	}
	doc, err := c.Discover(ctx)
	if err != nil {
		return federation.Ended{}, err
	}
	ended, err := c.logout(ctx, doc, raw)
	if err != nil {
		return federation.Ended{}, c.fault(federation.Untrusted, fmt.Errorf("the logout token: %w", err))
	}
	return ended, nil
}

func (c *Connector) logout(ctx context.Context, doc Discovery, raw string) (federation.Ended, error) {
	// 1, 3: signed, not encrypted, and with an announced algorithm. Step 2 does
	// not apply, because we request no encryption.
	token, err := logoutPolicy().Only(narrowed(doc.SigningAlgs)...).Parse(raw)
	if err != nil {
		return federation.Ended{}, err
	}
	// The claims are unverified here. Checking them first prevents key lookups
	// for strangers' tokens.
	claims, err := parseObject(token.Payload())
	if err != nil {
		return federation.Ended{}, err
	}
	ended, err := endedBy(claims, jwt.Want{Issuer: doc.Issuer, Audience: []string{c.dialect.ClientID}, Now: c.env.Now()})
	if err == nil {
		err = c.verifySignature(ctx, token, "")
	}
	if err != nil {
		return federation.Ended{}, err
	}
	return ended, nil
}

// endedBy reads claims by exact name and type; the numbers are the steps of
// §2.6.
func endedBy(claims object, want jwt.Want) (federation.Ended, error) {
	c, err := logoutPolicy().Check(claims, want) // 4, and 7: a nonce would make it an id_token
	if err != nil {
		return federation.Ended{}, err
	}
	ended := federation.Ended{Issuer: want.Issuer, Expires: logoutPolicy().Until(c).UTC()}
	for name, target := range map[string]*string{"sub": &ended.Subject, "sid": &ended.SID, "jti": &ended.JTI} {
		if *target, err = claims.Text(name); err != nil {
			return federation.Ended{}, err
		}
		if len(*target) > maxWord || claims.Has(name) && *target == "" {
			return federation.Ended{}, fmt.Errorf("its %s is empty or too long", name)
		}
	}
	switch {
	case ended.Subject == "" && ended.SID == "": // 5
		return federation.Ended{}, errors.New("it has neither sub nor sid")
	case !isLogout(claims): // 6
		return federation.Ended{}, errors.New("it has no logout event")
	case ended.JTI == "": // 8 is the caller's task: no repeated jti
		return federation.Ended{}, errors.New("it has no jti")
	}
	return ended, nil
}

// isLogout looks for the logout event, a JSON object (§2.4).
func isLogout(claims object) bool {
	events, err := parseObject(claims["events"])
	if err != nil {
		return false
	}
	_, err = parseObject(events[logoutEvent])
	return err == nil
}
