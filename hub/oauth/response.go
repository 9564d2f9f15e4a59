package oauth

import (
	"slices"
	"strings"
)

// A Response is a response_type with its words in a fixed order, so that the
// order in the request does not matter (RFC 6749 §3.1.1).
type Response string

// responses are all response types (RFC 6749 §3.1.1, OAuth 2.0 Multiple
// Response Types §3, §4, §5).
var responses = []Response{
	"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token", "none",
}

// Responses returns the names of all response types, for metadata.
func Responses() []string {
	var names []string
	for _, r := range responses {
		names = append(names, string(r))
	}
	return names
}

// ParseResponse reads a response_type.
func ParseResponse(raw string) (Response, error) {
	words := strings.Fields(raw)
	slices.Sort(words)
	r := Response(strings.Join(words, " "))
	if !slices.Contains(responses, r) {
		return "", UnsupportedResponseType("oauth.response_type.one", "types", Responses())
	}
	return r, nil
}

// Has reports whether the response type contains the word.
func (r Response) Has(word string) bool {
	return slices.Contains(strings.Fields(string(r)), word)
}

// Front reports whether the authorization endpoint itself issues tokens.
func (r Response) Front() bool { return r.Has("token") || r.Has("id_token") }

// A Mode is a response_mode: the way the answer reaches the client.
type Mode string

// The modes of OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post
// Response Mode and JARM §2.3.
const (
	Query       Mode = "query"
	Fragment    Mode = "fragment"
	FormPost    Mode = "form_post"
	QueryJWT    Mode = "query.jwt"
	FragmentJWT Mode = "fragment.jwt"
	FormPostJWT Mode = "form_post.jwt"

	plainJWT Mode = "jwt" // the default mode of the response type, as a JWT
)

// Modes returns the names of all response modes, for metadata.
func Modes() []string {
	return []string{string(Query), string(Fragment), string(FormPost), string(plainJWT), string(QueryJWT), string(FragmentJWT), string(FormPostJWT)}
}

// DefaultMode is the mode when the request names none.
func (r Response) DefaultMode() Mode {
	if r.Front() {
		return Fragment
	}
	return Query
}

// ParseMode reads a response_mode. With an error it still returns the mode for
// the error answer: the default of the response type.
func (r Response) ParseMode(raw string) (Mode, error) {
	mode := Mode(raw)
	switch {
	case raw == "":
		return r.DefaultMode(), nil
	case mode == plainJWT:
		return r.DefaultMode() + ".jwt", nil // JARM §2.3.4
	case !slices.Contains(Modes(), raw):
		return r.DefaultMode(), InvalidRequest("oauth.response_mode.one", "modes", Modes())
	case r.Front() && mode.Base() == Query:
		// Query strings end up in logs and browser histories, so tokens must
		// not be in them (OAuth 2.0 Multiple Response Types §3.1, JARM §2.3.1).
		return r.DefaultMode(), InvalidRequest("oauth.response_mode.tokens", "mode", raw)
	}
	return mode, nil
}

// Base is the mode without JARM.
func (m Mode) Base() Mode { return Mode(strings.TrimSuffix(string(m), ".jwt")) }

// Signed reports whether the answer is a JWT (JARM §2).
func (m Mode) Signed() bool { return m != m.Base() }
