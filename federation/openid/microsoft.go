package openid

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// tenantMark stands for the tenant in the issuer of endpoints that serve many.
const tenantMark = "{tenantid}"

// personalTenant is where Microsoft keeps accounts that belong to no
// organisation.
const personalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// microsoftManners reads Microsoft's tokens as Microsoft says they must be
// read (FE-23). One endpoint serves every tenant, so the issuer has a place
// for the tenant, and who signed a token is known only with its tid. A person
// is tid and oid; sub differs from app to app. Their addresses are what some
// tenant's administrator typed, and prove nothing unless Microsoft adds that
// the domain is the tenant's own.
func microsoftManners(m *quirks, c *Connector, _ secret) error {
	tenant := strings.ToLower(c.key.Options["tenant"])
	allowed := listed(c.key.Options["tenants"])
	m.scopes = []string{"profile"} // without it there is no oid
	m.isIssuer = func(issuer string) error { return microsoftIssuer(c.key.BaseURL, tenant, issuer) }
	m.issuerOf = func(issuer string, claims object) string {
		return strings.ReplaceAll(issuer, tenantMark, claims.Loose("tid"))
	}
	m.subject = "oid"
	m.check = func(claims object) error { return microsoftTenant(claims, tenant, allowed) }
	one := tenant == "" || guid.MatchString(tenant) || strings.Contains(tenant, ".")
	m.verified = func(document object) bool {
		// The administrator of a key for one tenant has named whose word it
		// is; what the word is worth, the key's own settings say.
		return one || truth(document, "xms_edov")
	}
	return nil
}

// microsoftIssuer admits the issuers that a tenant's endpoint can have.
func microsoftIssuer(base, tenant, issuer string) error {
	b, err := url.Parse(base)
	if err != nil {
		return err
	}
	name, found := strings.CutPrefix(issuer, b.Scheme+"://"+b.Host+"/")
	name, versioned := strings.CutSuffix(name, "/v2.0")
	many := tenant == "common" || tenant == "organizations"
	switch {
	case !found || !versioned:
	case many && name == tenantMark,
		tenant == "consumers" && name == personalTenant,
		guid.MatchString(tenant) && name == tenant,
		// A domain is another name of one tenant; which one, is remembered.
		strings.Contains(tenant, ".") && guid.MatchString(name):
		return nil
	}
	return errors.New("its issuer does not belong to this tenant")
}

func microsoftTenant(claims object, tenant string, allowed []string) error {
	tid := claims.Loose("tid")
	switch {
	case !guid.MatchString(tid):
		return errors.New("its tid is missing")
	case tenant == "organizations" && tid == personalTenant:
		return errors.New("it is a personal account, and this provider is set up for organisations")
	case len(allowed) > 0 && !slices.Contains(allowed, tid):
		return errors.New("its tid is not one of the tenants that this provider allows")
	case !guid.MatchString(claims.Loose("oid")):
		return errors.New("its oid is missing")
	}
	return nil
}

// truth is for the two providers that do not always write a boolean as one
// (FE-16 holds for all others).
func truth(document object, name string) bool {
	return document.IsTrue(name) || document.Loose(name) == "true" || document.Loose(name) == "1" || string(document[name]) == "1"
}
