package openid

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// tenantMark is the placeholder for the tenant in the issuer of multi-tenant
// endpoints.
const tenantMark = "{tenantid}"

// personalTenant is Microsoft's tenant for personal accounts.
const personalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// microsoftManners interprets Microsoft's tokens as its documentation requires
// (FE-23). One endpoint serves all tenants, so the issuer has a placeholder,
// and the signer is only known with the token's tid. A user is identified by
// tid and oid; sub differs from app to app. Email addresses are entered by any
// tenant's administrator and prove nothing, unless Microsoft confirms that the
// domain belongs to the tenant.
func microsoftManners(m *quirks, c *Connector, _ secret) error {
	tenant := strings.ToLower(c.key.Options["tenant"])
	allowed := listed(c.key.Options["tenants"])
	m.scopes = []string{"profile"} // oid needs it
	m.isIssuer = func(issuer string) error { return microsoftIssuer(c.key.BaseURL, tenant, issuer) }
	m.issuerOf = func(issuer string, claims object) string {
		return strings.ReplaceAll(issuer, tenantMark, claims.Loose("tid"))
	}
	m.subject = "oid"
	m.check = func(claims object) error { return microsoftTenant(claims, tenant, allowed) }
	one := tenant == "" || guid.MatchString(tenant) || strings.Contains(tenant, ".")
	m.verified = func(document object) bool {
		// The administrator of a single-tenant key has chosen whom to trust;
		// the key's own settings say how far.
		return one || truth(document, "xms_edov")
	}
	return nil
}

// microsoftIssuer accepts the issuers of a tenant's endpoint.
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
		// A domain is another name of one tenant; the pinned issuer remembers
		// which.
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
// (FE-16 applies to all others).
func truth(document object, name string) bool {
	return document.IsTrue(name) || document.Loose(name) == "true" || document.Loose(name) == "1" || string(document[name]) == "1"
}
