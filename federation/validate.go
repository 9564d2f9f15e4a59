package federation

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Problem is one reason why a login key cannot be saved.
type Problem struct {
	Field string // bson name of the field it stands at, like "base_url"
	Text  string // what is wrong and what to do, as a sentence for the administrator
}

// Problems are all reasons at once, so a form can show each at its field. A
// non-empty list is the error of Registry.Add and Registry.Update.
type Problems []Problem

// Error joins the sentences.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, problem := range p {
		texts[i] = problem.Text
	}
	return strings.Join(texts, " ")
}

// Bounds that no honest key reaches.
const (
	maxName = 60  // characters, on a button
	maxID   = 40  // bytes
	maxList = 100 // scopes, hosts, domains or rules
	maxText = 500 // bytes of a client id, a role or an address
)

// Tidy trims what people paste and fills in what they left out. Registry.Add
// and Registry.Update call it before Validate.
func (k *LoginKey) Tidy() {
	for _, field := range []*string{&k.ID, &k.Preset, &k.Name, &k.Icon, &k.ClientID} {
		*field = strings.TrimSpace(*field)
	}
	k.BaseURL = TidyBaseURL(k.BaseURL)
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
		// A primary sends its own people here; an open provider, everybody.
		k.SignUps = Deny
		if k.Kind == KindPeer {
			k.SignUps = Allow
		}
	}
}

// tidyList trims every item and drops empty and repeated ones.
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

// Validate returns everything that is wrong with a tidied key; nothing means
// it may be saved. Of env it needs Hub and AllowHTTP.
func (k LoginKey) Validate(env Dependencies) Problems {
	var problems Problems
	for _, check := range []func(LoginKey, Dependencies) Problems{
		checkID, checkName, checkAddress, checkCredentials, checkScopes, checkHosts,
		checkOptions, checkPreset, checkEndpoints, checkParams, checkClaims, checkPeople, checkRoles,
	} {
		problems = append(problems, check(k, env)...)
	}
	return problems
}

func problem(field, format string, args ...any) Problems {
	return Problems{{Field: field, Text: fmt.Sprintf(format, args...)}}
}

func checkID(k LoginKey, _ Dependencies) Problems {
	if !slug(k.ID) {
		return problem("id", "The id is part of an address: up to %d small letters, digits and single hyphens, like \"head-office\".", maxID)
	}
	return nil
}

func checkName(k LoginKey, _ Dependencies) Problems {
	var problems Problems
	switch n := utf8.RuneCountInString(k.Name); {
	case n == 0:
		problems = problem("name", "Enter the name people will see on the button.")
	case n > maxName || k.Name != CleanText(k.Name, 4*maxName):
		problems = problem("name", "The name can have up to %d printable characters.", maxName)
	}
	if k.Icon != "" && !slug(k.Icon) {
		problems = append(problems, problem("icon", "The icon is the name of a built-in icon, not an address.")...)
	}
	return problems
}

// checkAddress also refuses ourselves: a hub that asks itself never gets an
// answer (FE-42).
func checkAddress(k LoginKey, env Dependencies) Problems {
	if text := baseURLProblem(k.BaseURL, env.AllowHTTP); text != "" {
		return problem("base_url", "%s", text)
	}
	if len(k.BaseURL) > maxText {
		return problem("base_url", "The address is longer than %d characters.", maxText)
	}
	if env.Hub != "" && SameURL(k.BaseURL, env.Hub) {
		return problem("base_url", "This is the address of this very site. Enter the address of the other one.")
	}
	return nil
}

func checkCredentials(k LoginKey, _ Dependencies) Problems {
	switch {
	case k.Kind == KindPeer && (k.ClientID != "" || k.Secret != ""):
		// A peer knows us by the address of our metadata document.
		return problem("client_id", "Another hub needs no client id and no secret. To use the ones you were given, choose the kind \"openid\".")
	case k.Kind != KindPeer && k.Enabled && k.ClientID == "":
		// Until then it is a draft: the other site wants to know the callback
		// address before it hands out a client id.
		return problem("client_id", "Enter the client id that the other site gave you before you switch this on.")
	case len(k.ClientID) > maxText || !clean(k.ClientID):
		return problem("client_id", "The client id has spaces at its ends or characters that do not print. Copy it again.")
	}
	return nil
}

// checkScopes holds every scope to RFC 6749 §3.3.
func checkScopes(k LoginKey, _ Dependencies) Problems {
	token := func(s string) bool {
		return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' })
	}
	if len(k.Scopes) > maxList || slices.ContainsFunc(k.Scopes, func(s string) bool { return !token(s) || len(s) > maxText }) {
		return problem("scopes", "A scope is a word without spaces, like \"email\"; %d at most.", maxList)
	}
	return nil
}

func checkHosts(k LoginKey, _ Dependencies) Problems {
	for _, host := range k.Hosts {
		u, err := url.Parse("https://" + host)
		if err != nil || u.Host != host || u.Hostname() == "" || !plainASCII(host) {
			return problem("hosts", "%q is not a host. It looks like \"api.example.org\".", host)
		}
	}
	if len(k.Hosts) > maxList {
		return problem("hosts", "No more than %d hosts.", maxList)
	}
	return nil
}

func checkPeople(k LoginKey, _ Dependencies) Problems {
	var problems Problems
	if !slices.Contains([]string{Allow, Deny, Invited, Domains}, k.SignUps) {
		problems = problem("sign_ups", "Choose whether people without an account here get one: \"allow\", \"deny\", \"invited\" or \"domains\".")
	}
	if k.SignUps == Domains && len(k.SignUpDomains) == 0 {
		problems = append(problems, problem("sign_up_domains", "Enter the mail domains whose people get an account, like \"example.org\".")...)
	}
	if !slices.Contains([]string{Confirm, Auto, Never, Provisioned}, k.Linking) {
		problems = append(problems, problem("linking", "Choose how accounts are connected: \"confirm\", \"auto\", \"never\" or \"provisioned\".")...)
	}
	problems = append(problems, checkDomains("authoritative_domains", k.AuthoritativeDomains)...)
	problems = append(problems, checkDomains("sign_up_domains", k.SignUpDomains)...)
	return append(problems, checkDomains("home_domains", k.HomeDomains)...)
}

func checkDomains(field string, domains []string) Problems {
	if len(domains) > maxList {
		return problem(field, "No more than %d domains.", maxList)
	}
	for _, domain := range domains {
		if !domainName(domain) {
			return problem(field, "%q is not a mail domain. It looks like \"example.org\".", domain)
		}
	}
	return nil
}

func checkRoles(k LoginKey, _ Dependencies) Problems {
	if len(k.RoleMap) > maxList {
		return problem("role_map", "No more than %d rules.", maxList)
	}
	for from, to := range k.RoleMap {
		// A field name of the database may not start with $ or hold a NUL.
		if !clean(from) || !clean(to) || from == "" || to == "" || strings.HasPrefix(from, "$") || len(from)+len(to) > maxText {
			return problem("role_map", "Each rule names a role there and a role here.")
		}
	}
	return nil
}

// clean tells whether a text is as it would be typed on one line.
func clean(s string) bool { return s == CleanText(s, len(s)) }
