package federation

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/internal/forms"
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

// siteKey is an API key and its secret as a site shows them, joined by a colon.
var siteKey = regexp.MustCompile(`^[!-9;-~]{1,250}:[!-9;-~]{1,250}$`)

func checkSiteKey(k LoginKey) forms.Problems {
	if k.NewSiteKey == "" || k.Kind == KindFrappe && siteKey.MatchString(k.NewSiteKey) {
		return nil
	}
	return forms.New("site_key", "provider.site.key")
}

// frappeRules are what a Frappe site's key must be.
func frappeRules(k LoginKey) forms.Problems {
	var problems forms.Problems
	if u, err := url.Parse(k.BaseURL); err == nil && u.Host != "" && u.Path != "" {
		problems = forms.New("base_url", "provider.site.path", "path", CleanText(u.Path, 40))
	}
	if issuer := k.Options[OptionIssuer]; issuer != "" && addresses.Fault(issuer, true) != "" {
		problems.Add("options."+OptionIssuer, "provider.site.bad")
	}
	for _, option := range []struct {
		name    string
		choices []string
	}{{OptionVersion, []string{SiteOlder, SiteBinds}}, {OptionCredentials, []string{"form", "header"}}} {
		if answer := k.Options[option.name]; answer != "" && !slices.Contains(option.choices, answer) {
			problems.Add("options."+option.name, "provider.choice.bad", "one", option.choices[0], "other", option.choices[1])
		}
	}
	return problems
}
