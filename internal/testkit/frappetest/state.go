package frappetest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"
)

// pending is the server-side data of a state of G3 and later.
type pending struct {
	redirectTo string
	ends       time.Time
}

// stateLife is the lifetime of a state of G3 and later.
const stateLife = 10 * time.Minute

// newState makes a state: up to G2 the data itself in standard base64; since G3 a
// key to data that the site stores.
func (s *Secondary) newState(redirectTo string) string {
	if s.Generation == G3 || s.Generation == G4 {
		token := s.token(32)
		s.mu.Lock()
		s.states[token] = pending{redirectTo, s.now().Add(stateLife)}
		s.mu.Unlock()
		return token
	}
	to := "null"
	if redirectTo != "" {
		to = quote(redirectTo)
	}
	text := `{"site": ` + quote(s.site()) + `, "token": ` + quote(s.token(56)) + `, "redirect_to": ` + to + `}`
	return base64.StdEncoding.EncodeToString([]byte(text))
}

var (
	errState   = errors.New("the state cannot be read")
	errNoToken = errors.New("the state has no token")
)

// readState returns the target of a state. Up to G2 an attacker can make one, and
// it works any number of times. That all refusals of G3 and later show the same
// page, at the same point, is an assumption: no such site was recorded.
func (s *Secondary) readState(state string) (redirectTo string, err error) {
	if s.Generation == G3 || s.Generation == G4 {
		s.mu.Lock()
		defer s.mu.Unlock()
		kept, found := s.states[state]
		delete(s.states, state)
		if !found || s.now().After(kept.ends) {
			return "", errNoToken
		}
		return kept.redirectTo, nil
	}
	text, err := base64.StdEncoding.DecodeString(strings.Map(base64Only, state))
	if err != nil {
		return "", errState
	}
	var read struct {
		Token      *string `json:"token"`
		RedirectTo *string `json:"redirect_to"`
	}
	switch err := json.Unmarshal(text, &read); {
	case err != nil || read.Token == nil:
		return "", errState
	case *read.Token == "":
		return "", errNoToken
	}
	if read.RedirectTo == nil {
		return "", nil
	}
	return *read.RedirectTo, nil
}

// base64Only drops characters outside of the alphabet, as the site's decoder
// does.
func base64Only(r rune) rune {
	if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("+/=", r) {
		return r
	}
	return -1
}

func (s *Secondary) token(digits int) string {
	if s.Token != nil {
		return s.Token()
	}
	return random(digits)
}

// random is this many random hexadecimal digits.
func random(digits int) string {
	raw := make([]byte, (digits+1)/2)
	if _, err := rand.Read(raw); err != nil {
		panic(err)
	}
	return hex.EncodeToString(raw)[:digits]
}

// quote writes a JSON string without HTML escaping.
func quote(s string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// percent escapes a cookie's value as the site does: slashes stay.
func percent(s string) string {
	return strings.NewReplacer("+", "%20", "%2F", "/", "%7E", "~").Replace(url.QueryEscape(s))
}
