package openid

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
)

const (
	logoutEvent    = "http://schemas.openid.net/event/backchannel-logout"
	maxLogoutToken = 16 << 10       // bytes
	maxLogoutLife  = 24 * time.Hour // how long a jti must be remembered, at most
)

// LogoutToken verifies a back-channel logout token in the order of OpenID
// Connect Back-Channel Logout §2.6. Anybody can post one, so a token that
// does not even claim to be from the provider and for us costs no request.
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
	// 1, 3: signed, not encrypted, and with an algorithm of the list. Step 2
	// has no part here: we asked for no encryption.
	token, err := logoutPolicy().Parse(raw, narrowed(doc)...)
	if err != nil {
		return federation.Ended{}, err
	}
	// Before anything vouches for the claims, only to turn strangers away.
	claims, err := parseObject(token.Payload())
	if err == nil {
		err = checkAddressee(claims, doc.Issuer, c.dialect.ClientID)
	}
	if err != nil {
		return federation.Ended{}, err
	}
	keys := c.keys.asked(renewForStranger)
	if claims, err = keys.verify(ctx, token); err != nil {
		if keys.failure != nil {
			return federation.Ended{}, fmt.Errorf("the provider's keys: %w", keys.failure)
		}
		return federation.Ended{}, err
	}
	return endedBy(claims, doc.Issuer, c.dialect.ClientID, c.env.Now())
}

func checkAddressee(claims object, issuer, clientID string) error {
	audience, err := claims.List("aud")
	switch {
	case err != nil:
		return err
	case claims.Loose("iss") != issuer:
		return errors.New("its iss is not the provider")
	case !slices.Contains(audience, clientID):
		return errors.New("its aud is not us")
	}
	return nil
}

// endedBy reads verified claims by exact name and type; the numbers are the
// steps of §2.6.
func endedBy(claims object, issuer, clientID string, now time.Time) (federation.Ended, error) {
	if err := checkAddressee(claims, issuer, clientID); err != nil { // 4
		return federation.Ended{}, err
	}
	expires, err := logoutLife(claims, now) // 4
	if err != nil {
		return federation.Ended{}, err
	}
	ended := federation.Ended{Issuer: issuer, Expires: expires}
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
		return federation.Ended{}, errors.New("it is not about a logout")
	case claims.Has("nonce"): // 7: that would be an id_token
		return federation.Ended{}, errors.New("it has a nonce")
	case ended.JTI == "": // 8 is the caller's: no jti twice
		return federation.Ended{}, errors.New("it has no jti")
	}
	return ended, nil
}

// isLogout looks for the event, whose value is a JSON object (§2.4).
func isLogout(claims object) bool {
	events, err := parseObject(claims["events"])
	if err != nil {
		return false
	}
	_, err = parseObject(events[logoutEvent])
	return err == nil
}

func logoutLife(claims object, now time.Time) (expires time.Time, err error) {
	exp, hasExp, err := claims.Seconds("exp")
	if err != nil {
		return time.Time{}, err
	}
	iat, hasIat, err := claims.Seconds("iat")
	if err != nil {
		return time.Time{}, err
	}
	expires = time.Unix(exp, 0).UTC()
	switch {
	case !hasExp || !hasIat:
		return time.Time{}, errors.New("it has no exp or no iat")
	case !now.Before(expires):
		return time.Time{}, errors.New("it has expired")
	case expires.After(now.Add(maxLogoutLife)):
		return time.Time{}, errors.New("it is valid for longer than a day")
	case time.Unix(iat, 0).After(now.Add(skew)):
		return time.Time{}, errors.New("its iat is in the future")
	}
	return expires, nil
}
