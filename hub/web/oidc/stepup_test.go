package oidc

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
)

func TestADemandNamesWhatIsMissing(t *testing.T) {
	now := time.Unix(10_000, 0)
	aged := func(seconds int64) tokens.AccessTokenClaims {
		return tokens.AccessTokenClaims{ACR: "one", AuthTime: now.Unix() - seconds}
	}
	bound := aged(61)
	bound.Confirm = &oauth.Confirmation{JKT: "thumbprint"}
	for _, tt := range []struct {
		name  string
		token tokens.AccessTokenClaims
		need  demand
		want  []string // parts of the challenge, the scheme first; none if the token will do
	}{
		{"nothing is asked", tokens.AccessTokenClaims{}, demand{}, nil},
		{"young enough", aged(60), demand{maxAge: time.Minute}, nil},
		{"too old", aged(61), demand{maxAge: time.Minute}, []string{"Bearer ", `max_age="60"`}},
		{"too old, and bound to a key", bound, demand{maxAge: time.Minute}, []string{"DPoP ", `max_age="60"`, `algs="`}},
		{"no word of when", tokens.AccessTokenClaims{ACR: "one"}, demand{maxAge: time.Minute}, []string{"Bearer ", `max_age="60"`}},
		{"one of several ways", aged(0), demand{acrs: []string{"two", "one"}}, nil},
		{"another way", aged(0), demand{acrs: []string{"two", "three"}}, []string{"Bearer ", `acr_values="two three"`}},
		{"both", aged(99), demand{acrs: []string{"two"}, maxAge: time.Minute}, []string{`acr_values="two", max_age="60"`}},
	} {
		err := requireProof(tt.token, tt.need, now)
		if len(tt.want) == 0 {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		var refused *oauth.Error
		if !errors.As(err, &refused) || refused.Code != "insufficient_user_authentication" || refused.Status != 401 {
			t.Errorf("%s: got %v", tt.name, err)
			continue
		}
		for i, part := range tt.want {
			at := strings.Index(refused.Challenge, part)
			if at < 0 || (i == 0 && len(tt.want) > 1 && at != 0) {
				t.Errorf("%s: the challenge %s lacks %s", tt.name, refused.Challenge, part)
			}
		}
	}
}
