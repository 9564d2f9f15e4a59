package federation

import (
	"net/url"
	"slices"
)

// The options of a Frappe site's key.
const (
	// OptionIssuer is what the site calls itself, if that is not its address.
	OptionIssuer = "issuer"
	// OptionVersion says how old the site is; SiteBinds is the only answer
	// that changes anything.
	OptionVersion = "version"
	// OptionCredentials is where the client secret goes: "form" or "header";
	// both are tried if it is empty.
	OptionCredentials = "credentials"
)

// Answers to OptionVersion.
const (
	SiteOlder = "older"
	SiteBinds = "16.29 or newer"
)

// shortSecret is what a key for HS256 should have, in bytes (RFC 7518 §3.2).
const shortSecret = 32

// ShortSecret tells whether a client secret that signs something can be found
// by trying: sites before v17 make them of 40 bits.
func ShortSecret(secret string) bool { return secret != "" && len(secret) < shortSecret }

// KeepsAdminsOut tells whether no administrator of this hub may sign in through
// the key. A Frappe site older than 16.29 gives its code to whoever follows a
// link to its consent, in the name of whoever is signed in there, so it proves
// less than administering a hub needs.
func (k LoginKey) KeepsAdminsOut() bool {
	return k.Kind == KindFrappe && k.Options[OptionVersion] != SiteBinds
}

// frappeRules are what a Frappe site's key must be.
func frappeRules(k LoginKey) Problems {
	var problems Problems
	if u, err := url.Parse(k.BaseURL); err == nil && u.Host != "" && u.Path != "" {
		problems = problem("base_url", "A Frappe site is always at the top of its host. Leave out %q and what follows.", CleanText(u.Path, 40))
	}
	if issuer := k.Options[OptionIssuer]; issuer != "" && baseURLProblem(issuer, true) != "" {
		problems = append(problems, problem("options."+OptionIssuer, "This is not a web address. It looks like https://erp.example.org.")...)
	}
	for _, option := range []struct {
		name    string
		choices []string
	}{{OptionVersion, []string{SiteOlder, SiteBinds}}, {OptionCredentials, []string{"form", "header"}}} {
		if answer := k.Options[option.name]; answer != "" && !slices.Contains(option.choices, answer) {
			problems = append(problems, problem("options."+option.name, "Choose %q or %q, or leave it open.", option.choices[0], option.choices[1])...)
		}
	}
	return problems
}
