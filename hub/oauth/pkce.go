package oauth

import (
	"encoding/base64"

	"github.com/fedhub/fedhub/internal/secrets"
)

// S256 is the only code_challenge_method on offer: plain gives no protection
// once the authorization request is read (RFC 9700 §2.1.1).
const S256 = "S256"

// challengeLength is the base64url length of a SHA-256 sum.
const challengeLength = 43

// ChallengeOK checks the form of an S256 code_challenge (RFC 7636 §4.2).
func ChallengeOK(challenge string) error {
	if len(challenge) != challengeLength {
		return InvalidRequest("oauth.pkce.challenge")
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(challenge); err != nil {
		return InvalidRequest("oauth.pkce.encoding").Because(err)
	}
	return nil
}

// VerifierMatches proves that the client that redeems the code began the
// request (RFC 7636 §4.6). A verifier that is not 43 to 128 unreserved
// characters (§4.1) never matches.
func VerifierMatches(verifier, challenge string) bool {
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	for i := range len(verifier) {
		if !unreserved(verifier[i]) {
			return false
		}
	}
	return secrets.Same(secrets.Hash(verifier), challenge)
}

func unreserved(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return c == '-' || c == '.' || c == '_' || c == '~'
}
