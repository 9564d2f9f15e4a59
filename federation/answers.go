package federation

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/internal/forms"
)

// This file checks the settings that only some providers need: options,
// endpoints, further parameters, and paths in a profile.

// tidyAnswers trims pasted text and drops empty values.
func (k *LoginKey) tidyAnswers() {
	k.Options = tidyMap(k.Options)
	k.Params = tidyMap(k.Params)
	k.Claims.RolesText = strings.TrimSpace(k.Claims.RolesText)
	for _, field := range slices.Concat(k.Endpoints.fields(), k.Claims.fields()) {
		*field.value = strings.TrimSpace(*field.value)
	}
}

func tidyMap(m map[string]string) map[string]string {
	var tidy map[string]string
	for name, value := range m {
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if name == "" || value == "" {
			continue
		}
		if tidy == nil {
			tidy = map[string]string{}
		}
		tidy[name] = value
	}
	return tidy
}

// A field is one text of a struct, with its stored name.
type field struct {
	name  string
	value *string
}

func (e *Endpoints) fields() []field {
	return []field{
		{"endpoints.authorize", &e.Authorize}, {"endpoints.token", &e.Token}, {"endpoints.userinfo", &e.Userinfo},
	}
}

func (c *Claims) fields() []field {
	return []field{
		{"claims.subject", &c.Subject}, {"claims.email", &c.Email}, {"claims.email_verified", &c.EmailVerified},
		{"claims.name", &c.Name}, {"claims.given_name", &c.GivenName}, {"claims.family_name", &c.FamilyName},
		{"claims.username", &c.Username}, {"claims.picture", &c.Picture}, {"claims.locale", &c.Locale},
		{"claims.roles", &c.Roles},
	}
}

// checkOptions knows no provider: the connector checks the values of options.
func checkOptions(k LoginKey, _ Dependencies) forms.Problems {
	if k.Preset != "" && !addresses.IsSlug(k.Preset) {
		return forms.New("preset", "provider.preset.unknown", "preset", CleanText(k.Preset, addresses.MaxSlug))
	}
	if len(k.Options) > maxList {
		return forms.New("options", "provider.options.many", "max", maxList)
	}
	for _, name := range slices.Sorted(maps.Keys(k.Options)) {
		if !parameterName(name) {
			return forms.New("options", "provider.option.name")
		}
		if value := k.Options[name]; len(value) > maxText || !clean(value) {
			return forms.New("options."+name, "provider.option.bad", "max", maxText)
		}
	}
	return nil
}

// parameterName reports whether a text can be the name of a record's member:
// dots and a leading $ have a meaning in the database.
func parameterName(s string) bool {
	if s == "" || len(s) > addresses.MaxSlug {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// checkEndpoints requires all endpoints of an OAuth 2.0 provider that is
// described by hand, and none of a provider with discovery.
func checkEndpoints(k LoginKey, env Dependencies) forms.Problems {
	given := slices.DeleteFunc(k.Endpoints.fields(), func(f field) bool { return *f.value == "" })
	if k.Kind == KindPeer || k.Kind == KindOpenID || k.Kind == KindFrappe {
		if len(given) > 0 {
			return forms.New(given[0].name, "provider.endpoint.needless")
		}
		return nil
	}
	var problems forms.Problems
	if k.Kind == KindOAuth2 && k.Enabled {
		for _, f := range k.Endpoints.fields() {
			if *f.value == "" {
				problems.Add(f.name, "provider.endpoint.missing")
			}
		}
	}
	for _, f := range given {
		if code := endpointFault(*f.value, env.AllowHTTP); code != "" {
			problems.Add(f.name, code)
		}
	}
	return problems
}

// endpointFault returns a code if the address is not acceptable. A query is
// allowed (RFC 6749 §3.1), a fragment is not.
func endpointFault(raw string, allowHTTP bool) string {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || !addresses.PlainASCII(raw):
		return "provider.endpoint.bad"
	case u.User != nil || strings.Contains(raw, "#"):
		return "provider.endpoint.fragment"
	case u.Scheme != "https" && (u.Scheme != "http" || !allowHTTP):
		return "provider.address.scheme"
	case len(raw) > maxText:
		return "provider.endpoint.long"
	}
	return ""
}

// reserved are the authorization parameters that only the hub sets: it checks
// the answer against them.
var reserved = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", // RFC 6749 §4.1.1
	"code", "code_challenge", "code_challenge_method", "code_verifier", // RFC 7636
	"client_secret", "client_assertion", "client_assertion_type", "grant_type", // must never be in a browser
	"nonce", "max_age", "id_token_hint", "request", "request_uri", "registration", // OpenID Connect Core §3.1.2.1
	"iss", "error", "error_description", "dpop_jkt", "via", "for_app", // RFC 9207, RFC 9449; the last two are sent between hubs
}

// ReservedParam reports whether LoginKey.Params must not set a parameter of the
// authorization request.
func ReservedParam(name string) bool { return slices.Contains(reserved, strings.ToLower(name)) }

func checkParams(k LoginKey, _ Dependencies) forms.Problems {
	if len(k.Params) > maxList {
		return forms.New("params", "provider.params.many", "max", maxList)
	}
	for _, name := range slices.Sorted(maps.Keys(k.Params)) {
		switch value := k.Params[name]; {
		case !parameterName(name):
			return forms.New("params", "provider.param.name")
		case ReservedParam(name):
			return forms.New("params", "provider.param.reserved", "param", name)
		case len(value) > 4*maxText || !clean(value):
			return forms.New("params", "provider.param.bad", "param", name)
		}
	}
	return nil
}

func checkClaims(k LoginKey, _ Dependencies) forms.Problems {
	var problems forms.Problems
	for _, f := range k.Claims.fields() {
		if _, err := ParsePath(*f.value); err != nil {
			problems.Add(f.name, "provider.path.bad")
		}
	}
	if k.Kind == KindOAuth2 {
		problems = append(problems, checkSubject(k)...)
	}
	if k.Claims.Subject != "" && (k.Kind == KindOpenID || k.Kind == KindPeer) {
		// OpenID Connect Core §5.7: only iss and sub identify a user
		// permanently.
		problems.Add("claims.subject", "provider.subject.needless")
	}
	return problems
}

// checkSubject requires a permanent id. An email address may be given to
// another person later, who would then be signed in as the first (FE-21).
func checkSubject(k LoginKey) forms.Problems {
	switch last := strings.ToLower(k.Claims.Subject[strings.LastIndex(k.Claims.Subject, ".")+1:]); {
	case last == "" && k.Enabled:
		return forms.New("claims.subject", "provider.subject.missing")
	case strings.Contains(last, "mail"):
		return forms.New("claims.subject", "provider.subject.email")
	}
	return nil
}
