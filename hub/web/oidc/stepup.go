package oidc

import (
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/tokens"
)

// A demand is what an endpoint requires of the sign-in behind a valid token
// (RFC 9470). Its zero value requires nothing.
type demand struct {
	acrs   []string      // accepted acr values, most preferred first
	maxAge time.Duration // maximum time since the sign-in
}

// requireProof refuses a token whose sign-in does not meet the demand. The
// challenge has the parameters for a new authorization request that leads to a
// sufficient token (RFC 9470 §3).
func requireProof(h tokens.AccessTokenClaims, need demand, now time.Time) error {
	var unmet []string
	if _, ok := sessions.ACRFor(need.acrs, h.ACR); !ok {
		unmet = append(unmet, `acr_values="`+strings.Join(need.acrs, " ")+`"`)
	}
	// §6.2: a token without the time of the sign-in is not fresh.
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
