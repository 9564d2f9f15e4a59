package federation

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/place"
)

// Limits that honest keys do not reach.
const (
	maxName = 60  // characters, on a button
	maxList = 100 // scopes, hosts, domains or rules
	maxText = 500 // bytes of a client id, a role or an address
)

// Tidy trims pasted text and fills in defaults. Registry.Add and
// Registry.Update call it before Validate.
func (k *LoginKey) Tidy() {
	for _, field := range []*string{&k.ID, &k.Preset, &k.Name, &k.Icon, &k.ClientID} {
		*field = strings.TrimSpace(*field)
	}
	k.BaseURL = addresses.Tidy(k.BaseURL)
	k.Scopes = tidyList(k.Scopes)
	k.Hosts = tidyList(lower(k.Hosts))
	for _, domains := range []*[]string{&k.AuthoritativeDomains, &k.SignUpDomains, &k.HomeDomains} {
		*domains = tidyList(lower(*domains))
	}
	k.tidyAnswers()
	if k.Kind == "" {
		k.Kind = KindOpenID
	}
	if k.Linking == "" {
		k.Linking = Confirm
	}
	if k.SignUps == "" {
		// A primary hub sends users of the organisation, an open provider
		// anyone.
		k.SignUps = Deny
		if k.Kind == KindPeer {
			k.SignUps = Allow
		}
	}
}

// tidyList trims every item and drops empty and duplicate ones.
func tidyList(list []string) []string {
	var tidy []string
	for _, item := range list {
		item = strings.TrimSpace(item)
		if item != "" && !slices.Contains(tidy, item) {
			tidy = append(tidy, item)
		}
	}
	return tidy
}

func lower(list []string) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = strings.ToLower(item)
	}
	return out
}

// Validate returns everything that is wrong with a tidied key; an empty result
// means that it may be saved. Of env it needs Hub and AllowHTTP.
func (k LoginKey) Validate(env Dependencies) forms.Problems {
	var problems forms.Problems
	for _, check := range []func(LoginKey, Dependencies) forms.Problems{
		checkID, checkName, checkAddress, checkCredentials, checkScopes, checkHosts,
		checkOptions, checkPreset, checkEndpoints, checkParams, checkClaims, checkPeople, checkRoles,
	} {
		problems = append(problems, check(k, env)...)
	}
	return problems
}

func checkID(k LoginKey, _ Dependencies) forms.Problems {
	if !addresses.IsSlug(k.ID) {
		return forms.New("id", "provider.id.bad", "max", addresses.MaxSlug)
	}
	return nil
}

func checkName(k LoginKey, _ Dependencies) forms.Problems {
	var problems forms.Problems
	switch n := utf8.RuneCountInString(k.Name); {
	case n == 0:
		problems = forms.New("name", "provider.name.missing")
	case n > maxName || k.Name != CleanText(k.Name, 4*maxName):
		problems = forms.New("name", "provider.name.bad", "max", maxName)
	}
	if k.Icon != "" && !addresses.IsSlug(k.Icon) {
		problems.Add("icon", "provider.icon.bad")
	}
	return problems
}

// checkAddress also refuses this hub's own address: a hub that asks itself
// never gets an answer (FE-42).
func checkAddress(k LoginKey, env Dependencies) forms.Problems {
	if code := addresses.Fault(k.BaseURL, env.AllowHTTP); code != "" {
		return forms.New("base_url", code)
	}
	if len(k.BaseURL) > maxText {
		return forms.New("base_url", "provider.address.long", "max", maxText)
	}
	if env.Hub != "" && strings.HasPrefix(place.Of(k.BaseURL)+"/", place.Of(env.Hub)+"/") { // or a page of ours
		return forms.New("base_url", "provider.address.own", "address", env.Hub)
	}
	return nil
}

func checkCredentials(k LoginKey, _ Dependencies) forms.Problems {
	switch {
	case k.Kind == KindPeer && (k.ClientID != "" || k.Secret != ""):
		// A peer knows us by the address of our metadata document.
		return forms.New("client_id", "provider.client_id.needless")
	case k.Kind != KindPeer && k.Enabled && k.ClientID == "":
		// Without it the key is a draft: the other site needs the callback
		// address before it issues a client id.
		return forms.New("client_id", "provider.client_id.missing")
	case len(k.ClientID) > maxText || !clean(k.ClientID):
		return forms.New("client_id", "provider.client_id.bad")
	}
	return nil
}

// checkScopes checks every scope by RFC 6749 §3.3.
func checkScopes(k LoginKey, _ Dependencies) forms.Problems {
	token := func(s string) bool {
		return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' })
	}
	if len(k.Scopes) > maxList || slices.ContainsFunc(k.Scopes, func(s string) bool { return !token(s) || len(s) > maxText }) {
		return forms.New("scopes", "provider.scope.bad", "max", maxList)
	}
	return nil
}

func checkHosts(k LoginKey, _ Dependencies) forms.Problems {
	for _, host := range k.Hosts {
		u, err := url.Parse("https://" + host)
		if err != nil || u.Host != host || u.Hostname() == "" || !addresses.PlainASCII(host) {
			return forms.New("hosts", "provider.host.bad", "host", host)
		}
	}
	if len(k.Hosts) > maxList {
		return forms.New("hosts", "provider.hosts.many", "max", maxList)
	}
	return nil
}

func checkPeople(k LoginKey, _ Dependencies) forms.Problems {
	var problems forms.Problems
	if !slices.Contains([]string{Allow, Deny, Invited, Domains}, k.SignUps) {
		problems = forms.New("sign_ups", "provider.sign_ups.bad")
	}
	if k.SignUps == Domains && len(k.SignUpDomains) == 0 {
		problems.Add("sign_up_domains", "provider.sign_up_domains.missing")
	}
	if !slices.Contains([]string{Confirm, Auto, Never, Provisioned}, k.Linking) {
		problems.Add("linking", "provider.linking.bad")
	}
	problems = append(problems, checkDomains("authoritative_domains", k.AuthoritativeDomains)...)
	problems = append(problems, checkDomains("sign_up_domains", k.SignUpDomains)...)
	return append(problems, checkDomains("home_domains", k.HomeDomains)...)
}

func checkDomains(field string, domains []string) forms.Problems {
	if len(domains) > maxList {
		return forms.New(field, "provider.domains.many", "max", maxList)
	}
	for _, domain := range domains {
		if !addresses.DomainName(domain) {
			return forms.New(field, "provider.domain.bad", "domain", domain)
		}
	}
	return nil
}

func checkRoles(k LoginKey, _ Dependencies) forms.Problems {
	isPath := func(s string) bool { _, err := ParsePath(s); return err == nil && clean(s) }
	return slices.Concat(mapping.CheckSeparator(k.Claims.RolesText), mapping.Rules(k.RoleMap).Check(clean), mapping.CheckGroups(k.GroupMap, isPath, clean))
}

// clean reports whether a text is one trimmed line without unprintable
// characters.
func clean(s string) bool { return s == CleanText(s, len(s)) }
