package federation

import (
	"regexp"
	"slices"
	"strings"
)

// presetRules are what some providers' options must be, so that a mistake is
// found when a key is saved and not when somebody signs in.
var presetRules = map[string]func(k LoginKey) Problems{
	"google":    googleRules,
	"microsoft": microsoftRules,
	"apple":     appleRules,
}

func checkPreset(k LoginKey, _ Dependencies) Problems {
	if k.Kind == KindFrappe {
		return frappeRules(k)
	}
	if rules := presetRules[k.Preset]; rules != nil {
		return rules(k)
	}
	return nil
}

func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}

func googleRules(k LoginKey) Problems {
	for _, domain := range words(strings.ToLower(k.Options["hd"])) {
		if !domainName(domain) {
			return problem("options.hd", "%q is not a Workspace domain. It looks like \"example.org\".", domain)
		}
	}
	return nil
}

var tenantID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func microsoftRules(k LoginKey) Problems {
	tenant := strings.ToLower(k.Options["tenant"])
	many := slices.Contains([]string{"common", "organizations", "consumers"}, tenant)
	var problems Problems
	switch {
	case !many && !tenantID.MatchString(tenant) && !domainName(tenant):
		problems = problem("options.tenant", "Enter a tenant id, one of the tenant's domains, or \"organizations\", \"consumers\" or \"common\".")
	case !strings.HasSuffix(strings.ToLower(k.BaseURL), "/"+tenant+"/v2.0"):
		problems = problem("base_url", "For this tenant the address ends in /%s/v2.0.", tenant)
	}
	for _, tid := range words(strings.ToLower(k.Options["tenants"])) {
		if !tenantID.MatchString(tid) {
			return append(problems, problem("options.tenants", "%q is not a tenant id. It is 32 hexadecimal digits in five groups.", tid)...)
		}
	}
	return problems
}

var appleID = regexp.MustCompile(`^[A-Z0-9]{10}$`)

func appleRules(k LoginKey) Problems {
	var problems Problems
	for name, label := range map[string]string{"team_id": "team ID", "key_id": "key ID"} {
		value := k.Options[name]
		if value == "" && !k.Enabled || appleID.MatchString(value) {
			continue
		}
		problems = append(problems, problem("options."+name, "The %s is ten capital letters and digits.", label)...)
	}
	return problems
}

// checkSecret looks at a client secret in plain, before it is sealed.
func checkSecret(k LoginKey, secret string) Problems {
	switch {
	case secret == "":
		return nil
	case k.Kind == KindPeer:
		return problem("secret", "Another hub needs no client secret; this site proves itself with its signing key.")
	case k.Preset == "apple":
		if _, err := ParsePrivateKey(secret); err != nil || len(secret) > maxSecret {
			return problem("secret", "Paste the whole .p8 file that Apple lets you download once, from BEGIN PRIVATE KEY to END PRIVATE KEY.")
		}
	case len(secret) > maxSecret || !clean(secret):
		return problem("secret", "The client secret has characters that do not print. Copy it again.")
	}
	return nil
}

// maxSecret bounds a client secret, in bytes.
const maxSecret = 4096
