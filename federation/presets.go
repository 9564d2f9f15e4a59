package federation

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation/addresses"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

// presetRules check some providers' options, so that a mistake is found when a
// key is saved and not at a sign-in.
var presetRules = map[string]func(k LoginKey) forms.Problems{
	"google":    googleRules,
	"microsoft": microsoftRules,
	"apple":     appleRules,
}

func checkPreset(k LoginKey, _ Dependencies) forms.Problems {
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

func googleRules(k LoginKey) forms.Problems {
	for _, domain := range words(strings.ToLower(k.Options["hd"])) {
		if !addresses.DomainName(domain) {
			return forms.New("options.hd", "provider.workspace.bad", "domain", domain)
		}
	}
	return nil
}

var tenantID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func microsoftRules(k LoginKey) forms.Problems {
	tenant := strings.ToLower(k.Options["tenant"])
	many := slices.Contains([]string{"common", "organizations", "consumers"}, tenant)
	var problems forms.Problems
	switch {
	case !many && !tenantID.MatchString(tenant) && !addresses.DomainName(tenant):
		problems = forms.New("options.tenant", "provider.tenant.bad")
	case !strings.HasSuffix(strings.ToLower(k.BaseURL), "/"+tenant+"/v2.0"):
		problems = forms.New("base_url", "provider.tenant.address", "tenant", tenant)
	}
	for _, tid := range words(strings.ToLower(k.Options["tenants"])) {
		if !tenantID.MatchString(tid) {
			return append(problems, forms.New("options.tenants", "provider.tenant_id.bad", "tenant", tid)...)
		}
	}
	return problems
}

var appleID = regexp.MustCompile(`^[A-Z0-9]{10}$`)

func appleRules(k LoginKey) forms.Problems {
	var problems forms.Problems
	for name, label := range map[string]string{"team_id": "provider.apple_id.team", "key_id": "provider.apple_id.key"} {
		if value := k.Options[name]; !appleID.MatchString(value) && (value != "" || k.Enabled) {
			problems.Add("options."+name, "provider.apple_id.bad", "what", texts.New(label))
		}
	}
	return problems
}

// checkSecret checks a plain client secret before it is encrypted.
func checkSecret(k LoginKey, secret string) forms.Problems {
	switch {
	case secret == "":
		return nil
	case k.Kind == KindPeer:
		return forms.New("secret", "provider.secret.needless")
	case k.Preset == "apple":
		if _, err := secrets.ParsePrivateKey(secret); err != nil || len(secret) > maxSecret {
			return forms.New("secret", "provider.apple_key.bad")
		}
	case len(secret) > maxSecret || !clean(secret):
		return forms.New("secret", "provider.secret.bad")
	}
	return nil
}

// maxSecret bounds a client secret, in bytes.
const maxSecret = 4096
