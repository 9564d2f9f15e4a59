package hubtest

import (
	"slices"
	"strings"
	"testing"
)

// The tests of this file and its neighbors (conformance_*_test.go) are those of
// the OpenID Foundation's certification plans for providers, with their names: go
// test ./hub -run TestConformanceBasic/oidcc-prompt-login.

// A Profile is the variant of a plan.
type Profile struct {
	Response string // response_type
	Mode     string // response_mode, "" for the default
	Auth     string // token_endpoint_auth_method
	Dynamic  bool   // clients register themselves
}

// Wants reports whether the response type has the word.
func (p Profile) Wants(word string) bool { return slices.Contains(strings.Fields(p.Response), word) }

// Place is the part of the redirect that has the response.
func (p Profile) Place() string {
	switch mode, _, _ := strings.Cut(p.Mode, "."); {
	case mode == "form_post":
		return "form"
	case mode == "fragment":
		return "fragment"
	case p.Response == "code" || p.Response == "none":
		return "query" // OAuth 2.0 Multiple Response Types §4, JARM §2.3.4
	}
	return "fragment"
}

// Brings reports whether a login returns an access token.
func (p Profile) Brings() bool { return p.Wants("code") || p.Wants("token") }

// An Exam is one test of a plan, run with a profile.
type Exam struct {
	*testing.T
	Profile
	Site *Site
}
