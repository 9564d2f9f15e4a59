package oauth

import "strings"

// A Prompt is the parsed prompt parameter (OIDC Core §3.1.2.1).
type Prompt struct {
	None, Login, Consent, SelectAccount bool
}

// ParsePrompt refuses unknown values, and "none" together with others.
func ParsePrompt(raw string) (Prompt, error) {
	var p Prompt
	count := 0
	for word := range strings.FieldsSeq(raw) {
		count++
		switch word {
		case "none":
			p.None = true
		case "login":
			p.Login = true
		case "consent":
			p.Consent = true
		case "select_account":
			p.SelectAccount = true
		default:
			return Prompt{}, InvalidRequest("oauth.prompt.unknown")
		}
	}
	if p.None && count > 1 {
		return Prompt{}, InvalidRequest("oauth.prompt.none")
	}
	return p, nil
}
