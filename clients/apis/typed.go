package apis

import "strings"

// ReadScopes reads scopes as people type them, each as "name" or
// "name = Sentence".
func ReadScopes(lines []string) []Scope {
	var scopes []Scope
	for _, line := range lines {
		name, text, _ := strings.Cut(line, "=")
		if name, text = strings.TrimSpace(name), strings.TrimSpace(text); name != "" || text != "" {
			scopes = append(scopes, Scope{Name: name, Text: text})
		}
	}
	return scopes
}

// Typed is a scope as ReadScopes reads it.
func (s Scope) Typed() string {
	if s.Text == "" {
		return s.Name
	}
	return s.Name + " = " + s.Text
}
