package frappetest

import (
	"fmt"
	"html"
	"net/http"
	"net/mail"
	"strings"
	"unicode/utf8"

	markup "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// claims are the provider's claims about a user.
type claims map[string]any

// first is the first of these claims that is present and not empty.
func (c claims) first(names ...string) string {
	for _, name := range names {
		if c.truthy(name) {
			return fmt.Sprint(c[name])
		}
	}
	return ""
}

// truthy reports whether Python treats a claim as true.
func (c claims) truthy(name string) bool {
	switch v := c[name].(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// maxData is the maximum length of a text field of the site, in characters.
const maxData = 140

// update finds the account by email, or creates it if sign-up is allowed, and
// stores the provider's ID of the user. It never looks an account up by that ID.
func (s *Secondary) update(key SocialLoginKey, email string, info claims) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.ToLower(email)
	a, known := s.accounts[name]
	switch {
	case known && a.Disabled:
		return &broken{http.StatusOK, "Not Allowed", "User " + name + " is disabled"}
	case !known:
		if key.SignUps == "Deny" || key.SignUps != "Allow" && s.DisableSignups {
			return &broken{http.StatusForbidden, "Signup is Disabled", "Sorry. Signup from Website is disabled."}
		}
		var err error
		if a, err = newAccount(name, info); err != nil {
			return err
		}
	}
	if err := a.note(key, info); err != nil {
		return err
	}
	if a.UserIDs["frappe"] == "" { // the site assigns one to every account without it
		if a.UserIDs == nil {
			a.UserIDs = map[string]string{}
		}
		a.UserIDs["frappe"] = random(39)
	}
	s.accounts[name] = a
	return nil
}

// newAccount is a website user. It needs a first name, and fails on a gender that
// is not a text.
func newAccount(name string, info claims) (Account, error) {
	if gender, found := info["gender"]; found {
		if _, text := gender.(string); !text {
			return Account{}, crash("AttributeError: %v has no attribute 'title'", gender)
		}
	}
	if at, err := mail.ParseAddress(name); err != nil || at.Address != name {
		return Account{}, thrown("%s is not a valid Email Address", name)
	}
	a := Account{
		Email: name, Picture: info.first("picture", "avatar_url"),
		FirstName: sanitize(info.first("first_name", "given_name", "name")), LastName: sanitize(info.first("last_name", "family_name")),
	}
	if a.FirstName == "" {
		return Account{}, thrown("First Name is required")
	}
	for _, text := range []string{a.FirstName, a.LastName} {
		if utf8.RuneCountInString(text) > maxData {
			return Account{}, thrown("a name is longer than %d characters", maxData)
		}
	}
	return a, nil
}

// note stores the provider's ID of the user if none is stored. Every account that
// the site created has one for "frappe" already.
func (a *Account) note(key SocialLoginKey, info claims) error {
	record := key.Record()
	if a.UserIDs[record] != "" {
		return nil
	}
	property := "sub"
	if record != "frappe" && key.UserIDProperty != "" {
		property = key.UserIDProperty
	}
	value, found := info[property]
	if !found {
		return crash("KeyError: '%s'", property)
	}
	if value == nil {
		return nil // the sign-in succeeds, and nothing is stored
	}
	id := fmt.Sprint(value)
	if utf8.RuneCountInString(id) > maxData {
		return thrown("the userid is longer than %d characters", maxData)
	}
	if a.UserIDs == nil {
		a.UserIDs = map[string]string{}
	}
	a.UserIDs[record] = id
	return nil
}

// allowed are tags that the site keeps in texts.
const allowed = " a b blockquote br code em i li ol p pre strong u ul "

// sanitize is what the site does to a text from outside with a tag in it: it
// rewrites the text, closes tags and escapes those that are not allowed.
func sanitize(text string) string {
	if !strings.Contains(text, "<") {
		return text
	}
	root, err := markup.ParseFragment(strings.NewReader(text), &markup.Node{Type: markup.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return text
	}
	tagged := false
	var out strings.Builder
	for _, n := range root {
		tagged = write(&out, n) || tagged
	}
	if !tagged {
		return text
	}
	return out.String()
}

// write reports whether there was a tag.
func write(out *strings.Builder, n *markup.Node) bool {
	if n.Type == markup.TextNode {
		// Quotation marks are not escaped.
		out.WriteString(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(n.Data))
		return false
	}
	open, shut := "<"+n.Data+">", "</"+n.Data+">"
	if !strings.Contains(allowed, " "+n.Data+" ") {
		open, shut = html.EscapeString(open), html.EscapeString(shut)
	}
	out.WriteString(open)
	for child := range n.ChildNodes() {
		write(out, child)
	}
	out.WriteString(shut)
	return true
}
