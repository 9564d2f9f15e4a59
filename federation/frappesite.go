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
	// OptionIssuer is the site's own issuer, if it is not its address.
	OptionIssuer = "issuer"
	// OptionVersion is the age of the site; only SiteBinds has an effect.
	OptionVersion = "version"
	// OptionCredentials says how to send the client secret: "form" or "header";
	// empty tries both.
	OptionCredentials = "credentials"
)

// Values of OptionVersion.
const (
	SiteOlder = "older"
	SiteBinds = "16.29 or newer"
)

// shortSecret is the recommended length of a key for HS256, in bytes (RFC 7518
// §3.2).
const shortSecret = 32

// ShortSecret reports whether a client secret that is used as a signing key can
// be found by brute force: those of sites before v17 have 40 bits.
func ShortSecret(secret string) bool { return secret != "" && len(secret) < shortSecret }

// KeepsAdminsOut reports whether administrators of this hub must not sign in by
// this key. A Frappe site older than 16.29 issues a code to anyone who opens a
// link to its consent page, for the user who is signed in there. That proof is
// too weak for administrators.
func (k LoginKey) KeepsAdminsOut() bool {
	return k.Kind == KindFrappe && k.Options[OptionVersion] != SiteBinds
}

// siteKey is an API key and its secret, joined by a colon.
var siteKey = regexp.MustCompile(`^[!-9;-~]{1,250}:[!-9;-~]{1,250}$`)

func checkSiteKey(k LoginKey) forms.Problems {
	if k.NewSiteKey == "" || k.Kind == KindFrappe && siteKey.MatchString(k.NewSiteKey) {
		return nil
	}
	return forms.New("site_key", "provider.site.key")
}

// frappeRules are the rules for a Frappe site's key.
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
