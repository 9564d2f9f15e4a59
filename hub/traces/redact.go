package traces

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/fedhub/fedhub/internal/texts"
)

const hidden = "[hidden]"

// The longest texts that are kept, in bytes.
const (
	maxText  = 500
	maxValue = 300
	maxFacts = 30
)

// secretNames are parameters, headers and members with secret values.
var secretNames = []string{
	"access_token", "actor_token", "assertion", "auth_req_id", "authorization", "client_assertion", "client_secret", "code", "code_challenge",
	"code_verifier", "cookie", "csrf", "device_code", "dpop", "id_token", "id_token_hint", "invite", "login_hint_token", "logout_token", "nonce", "password",
	"refresh_token", "registration_access_token", "request", "request_uri", "response", "secret", "set-cookie", "state", "stop", "subject_token",
	"ticket", "token", "user_code", "verifier",
}

// nameFacts are facts with values that may look random but are names.
var nameFacts = []string{"sub", "subject", "client", "client_id", "aud", "issuer", "iss", "kid", "oid", "tid", "user", "login key", "fingerprint"}

var (
	jwt     = regexp.MustCompile(`\bey[A-Za-z0-9_-]{6,}(\.[A-Za-z0-9_-]*){1,4}`)
	named   = regexp.MustCompile(`(?i)(\b(?:` + strings.Join(secretNames, "|") + `)(?:=|%3[dD]|["']\s*:\s*["']?))[^\s&"',;<>)]+`)
	bearer  = regexp.MustCompile(`(?i)\b(bearer|basic|dpop) ([A-Za-z0-9._~+/=-]{8,})`)
	word    = regexp.MustCompile(`[A-Za-z0-9_+/=-]{20,}`)
	isUUID  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	segment = regexp.MustCompile(`[A-Za-z0-9_+=]+`)
)

// Redact returns the part of a text that may be stored: without the given
// secrets, without values of secret names, without text that looks like a
// secret, without control characters, and shortened.
func Redact(text string, secrets ...string) string {
	for _, secret := range secrets {
		if len(secret) >= 6 { // shorter ones may be parts of words
			text = strings.ReplaceAll(text, secret, hidden)
		}
	}
	text = jwt.ReplaceAllString(text, hidden)
	text = named.ReplaceAllString(text, "${1}"+hidden)
	text = bearer.ReplaceAllStringFunc(text, func(found string) string {
		scheme, value, _ := strings.Cut(found, " ")
		if !mixed(value) && len(value) < 16 {
			return found // "basic authentication"
		}
		return scheme + " " + hidden
	})
	text = word.ReplaceAllStringFunc(text, func(found string) string {
		if isUUID.MatchString(found) || !slices.ContainsFunc(segment.FindAllString(found, -1), random) {
			return found
		}
		return hidden
	})
	return cut(clean(text), maxText)
}

// redactText is Redact for the arguments of a text.
func redactText(t texts.Text, secrets ...string) texts.Text {
	return t.With(func(_, value string) string { return Redact(value, secrets...) })
}

// redactFact is Redact for a named value.
func redactFact(f Fact, secrets ...string) Fact {
	name := strings.ToLower(f.Name)
	if slices.Contains(secretNames, name) && f.Value != "" {
		return Fact{f.Name, hidden}
	}
	f.Name = cut(clean(f.Name), 80)
	if slices.Contains(nameFacts, name) {
		f.Value = cut(clean(f.Value), maxValue)
		for _, secret := range secrets {
			if len(secret) >= 6 {
				f.Value = strings.ReplaceAll(f.Value, secret, hidden)
			}
		}
		return f
	}
	f.Value = cut(Redact(f.Value, secrets...), maxValue)
	return f
}

// random reports whether letters and digits look random.
func random(s string) bool { return len(s) >= 16 && mixed(s) }

// mixed reports whether there are letters and digits, or capitals inside.
func mixed(s string) bool {
	digits := strings.ContainsFunc(s, unicode.IsDigit)
	letters := strings.ContainsFunc(s, unicode.IsLetter)
	changes := 0
	for i := 1; i < len(s); i++ {
		if unicode.IsUpper(rune(s[i])) && unicode.IsLower(rune(s[i-1])) {
			changes++
		}
	}
	return (digits && letters) || changes > 3
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
