package oidc

import (
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/tokens"
)

// A demand is what an address asks of the sign-in behind a token, beyond that
// the token is good (RFC 9470). Its zero value asks nothing.
type demand struct {
	acrs   []string      // the person signed in in one of these ways, the first liked best
	maxAge time.Duration // and no longer ago than this
}

// requireProof refuses a token whose sign-in does not meet the demand, and tells the
// client with which parameters to send the person to the authorization
// endpoint, to come back with a token that does (RFC 9470 §3).
func requireProof(h tokens.AccessTokenClaims, need demand, now time.Time) error {
	var unmet []string
	if _, ok := sessions.ACRFor(need.acrs, h.ACR); !ok {
		unmet = append(unmet, `acr_values="`+strings.Join(need.acrs, " ")+`"`)
	}
	// §6.2: a token that does not say when the person signed in is not fresh.
	if need.maxAge > 0 && (h.AuthTime == 0 || now.Sub(time.Unix(h.AuthTime, 0)) > need.maxAge) {
		unmet = append(unmet, `max_age="`+strconv.FormatInt(int64(need.maxAge/time.Second), 10)+`"`)
	}
	if len(unmet) == 0 {
		return nil
	}
	e := oauth.InsufficientUserAuthentication("oauth.token.stale")
	challenge := h.Type() + ` error="` + e.Code + `", error_description="{description}", ` + strings.Join(unmet, ", ")
	if h.Type() == "DPoP" {
		challenge += ", " + dpopAlgs()
	}
	return e.Challenged(challenge)
}
