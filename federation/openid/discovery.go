package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// Discovery is the checked part of a provider's discovery document that is used
// (OpenID Connect Discovery §3).
type Discovery struct {
	Issuer                string
	AuthorizationEndpoint string
	TokenEndpoint         string
	UserinfoEndpoint      string // may be empty
	EndSessionEndpoint    string // may be empty
	JWKSURI               string
	ServersEndpoint       string // of a hub: its connection endpoint for other hubs
	Name                  string // of a hub: its own name, cleaned
	Registers             bool   // it supports dynamic registration

	Scopes        []string
	SigningAlgs   []string // its id_token algorithms, as far as we accept them
	UserinfoAlgs  []string // likewise for signed userinfo answers
	AuthMethods   []string // authentication methods of its token endpoint
	SendsIssuer   bool     // RFC 9207: its answers carry iss
	ForeignHosts  []string // hosts of endpoints that no administrator has confirmed
	responseTypes []string
}

// accepted are the signature algorithms that prove the signer. HMAC does not,
// because whoever can verify it can also sign; "none" is no signature.
func accepted() []string {
	return []string{"RS256", "ES256", "PS256", "EdDSA", "RS384", "ES384", "PS384", "RS512", "ES512", "PS512"}
}

func acceptedOf(offered []string) []string {
	return slices.DeleteFunc(accepted(), func(alg string) bool { return !slices.Contains(offered, alg) })
}

// Discover returns the provider's discovery document, fetched at most once an
// hour, and refuses one with endpoints on unconfirmed hosts.
func (c *Connector) Discover(ctx context.Context) (Discovery, error) {
	doc, err := c.doc.Get(ctx)
	if err != nil {
		return Discovery{}, c.fault(ours, err)
	}
	if len(doc.ForeignHosts) > 0 {
		// FE-33: an administrator confirms foreign hosts before they get our
		// secret or a user's code.
		return Discovery{}, c.faultf(federation.Misconfigured,
			"its endpoints are on other hosts (%s); confirm them in the provider's settings", strings.Join(doc.ForeignHosts, ", "))
	}
	return doc, nil
}

func (c *Connector) fetchDiscovery(ctx context.Context) (Discovery, error) {
	address := strings.TrimSuffix(c.key.BaseURL, "/") + "/.well-known/openid-configuration" // Discovery §4
	answer, err := c.line.Document(ctx, address)
	switch {
	case err != nil:
		return Discovery{}, c.fault(federation.Untrusted, fmt.Errorf("get its discovery document: %w", err))
	case answer.Status >= 500:
		return Discovery{}, c.faultf(federation.Unreachable, "its discovery document answered %d", answer.Status)
	case answer.Status != http.StatusOK:
		return Discovery{}, c.faultf(federation.Misconfigured, "there is no discovery document at %s (it answered %d)", address, answer.Status)
	}
	doc, err := parseDiscovery(answer.Body)
	if err == nil {
		err = c.accept(&doc)
	}
	if err != nil {
		return Discovery{}, c.fault(federation.Misconfigured, fmt.Errorf("its discovery document cannot be used: %w", err))
	}
	if c.key.Issuer == "" {
		if err := c.env.Pin(ctx, c.key.ID, doc.Issuer); err != nil {
			return Discovery{}, fmt.Errorf("store the issuer: %w", err)
		}
	}
	return doc, nil
}

// parseDiscovery reads the members that are used; others may have any value.
// Addresses, the issuer and algorithms must have the types of Discovery §3. In
// other lists, items that are not texts are dropped.
func parseDiscovery(body []byte) (Discovery, error) {
	o, err := parseObject(body)
	if err != nil {
		return Discovery{}, err
	}
	doc := Discovery{
		Name:          federation.CleanText(o.Loose("fedhub_name"), 80),
		Registers:     o.Loose("registration_endpoint") != "",
		Scopes:        o.Texts("scopes_supported"),
		AuthMethods:   o.Texts("token_endpoint_auth_methods_supported"),
		responseTypes: o.Texts("response_types_supported"),
		SigningAlgs:   o.Texts("id_token_signing_alg_values_supported"),
		UserinfoAlgs:  o.Texts("userinfo_signing_alg_values_supported"),
		// Accept a quoted "true" too: it makes us stricter (RFC 9207 §3).
		SendsIssuer:        o.IsTrue("authorization_response_iss_parameter_supported") || o.Loose("authorization_response_iss_parameter_supported") == "true",
		EndSessionEndpoint: o.Loose("end_session_endpoint"),
	}
	for name, target := range map[string]*string{
		"issuer": &doc.Issuer, "authorization_endpoint": &doc.AuthorizationEndpoint, "token_endpoint": &doc.TokenEndpoint,
		"userinfo_endpoint": &doc.UserinfoEndpoint, "jwks_uri": &doc.JWKSURI, "fedhub_servers_endpoint": &doc.ServersEndpoint,
	} {
		if !o.Says(name) {
			continue
		}
		if *target, err = o.Text(name); err != nil {
			return Discovery{}, err
		}
	}
	if algs := "id_token_signing_alg_values_supported"; o.Says(algs) && len(doc.SigningAlgs) == 0 && !isEmpty(o[algs]) {
		return Discovery{}, fmt.Errorf("its %s is not a list of algorithms", algs)
	}
	return doc, nil
}

func isEmpty(list jsonx.Value) bool {
	var entries []jsonx.Value
	return jsonx.Unmarshal(list, &entries) == nil && len(entries) == 0
}

// accept checks the document against the request and our capabilities, and
// fills in the defaults of Discovery §3.
func (c *Connector) accept(doc *Discovery) error {
	if err := c.checkIssuer(doc.Issuer); err != nil {
		return err
	}
	base, err := url.Parse(c.key.BaseURL)
	if err != nil {
		return err
	}
	home := hostOf(base)
	for _, e := range []struct {
		name, address string
		optional      bool
	}{
		{"authorization_endpoint", doc.AuthorizationEndpoint, false},
		{"token_endpoint", doc.TokenEndpoint, false},
		{"jwks_uri", doc.JWKSURI, false},
		{"userinfo_endpoint", doc.UserinfoEndpoint, true},
		{"fedhub_servers_endpoint", doc.ServersEndpoint, true},
	} {
		if e.optional && e.address == "" {
			continue
		}
		host, err := endpointHost(e.address, base.Scheme)
		if err != nil {
			return fmt.Errorf("%s %w", e.name, err)
		}
		if !c.knows(home, host) {
			doc.ForeignHosts = append(doc.ForeignHosts, federation.CleanText(host, 255))
		}
	}
	// Only the browser is sent there, with an id_token from the provider, so an
	// unknown host is no reason to refuse all sign-ins.
	if host, err := endpointHost(doc.EndSessionEndpoint, base.Scheme); err != nil || !c.knows(home, host) {
		doc.EndSessionEndpoint = ""
	}
	slices.Sort(doc.ForeignHosts)
	doc.ForeignHosts = slices.Compact(doc.ForeignHosts)
	return acceptAbilities(doc)
}

// knows reports whether an administrator confirmed a host, or it is known.
func (c *Connector) knows(home, host string) bool {
	return host == home || slices.Contains(c.key.Hosts, host) || slices.Contains(knownHosts(home), host)
}

// checkIssuer compares the issuer with the Base URL (Discovery §4.3) and the
// pinned one. Only a trailing slash may differ from the Base URL: it is often
// added or left out, and does not change the provider.
func (c *Connector) checkIssuer(issuer string) error {
	switch {
	case c.key.Issuer != "" && issuer != c.key.Issuer:
		return fmt.Errorf("its issuer is now %q and was %q", federation.CleanText(issuer, 200), c.key.Issuer)
	case issuer != "" && c.manners.isIssuer != nil:
		if err := c.manners.isIssuer(issuer); err != nil {
			return err
		}
	case issuer == "" || strings.TrimSuffix(issuer, "/") != strings.TrimSuffix(c.key.BaseURL, "/"):
		return fmt.Errorf("its issuer is %q, which is not the Base URL %q", federation.CleanText(issuer, 200), c.key.BaseURL)
	case strings.HasPrefix(issuer, "http://") && !c.env.AllowHTTP:
		return errors.New("it uses plain http, which an attacker can read and change")
	}
	return nil
}

// endpointHost returns the host of an endpoint.
func endpointHost(address, baseScheme string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case address == "":
		return "", errors.New("is missing")
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return "", errors.New("is not a web address")
	case u.User != nil || u.Fragment != "":
		return "", errors.New("has a user name or a fragment")
	case u.Scheme != "https" && (u.Scheme != "http" || baseScheme != "http"):
		return "", errors.New("is not on https")
	}
	return hostOf(u), nil
}

// hostOf is the host in lower case, with the port if it is not the scheme's.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

// knownHosts lists the endpoint hosts of two large providers, so that no
// administrator has to confirm them.
func knownHosts(base string) []string {
	switch base {
	case "accounts.google.com":
		return []string{"oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com"}
	case "login.microsoftonline.com":
		return []string{"graph.microsoft.com"}
	}
	return nil
}

func acceptAbilities(doc *Discovery) error {
	if len(doc.responseTypes) > 0 && !slices.Contains(doc.responseTypes, "code") {
		return errors.New("it does not offer the authorization code flow")
	}
	if len(doc.SigningAlgs) == 0 {
		doc.SigningAlgs = []string{"RS256"} // the default, which every provider must support
	}
	doc.SigningAlgs = acceptedOf(doc.SigningAlgs)
	if doc.UserinfoAlgs = acceptedOf(doc.UserinfoAlgs); len(doc.UserinfoAlgs) == 0 {
		doc.UserinfoAlgs = doc.SigningAlgs
	}
	if len(doc.SigningAlgs) == 0 {
		return errors.New("it signs with no public-key algorithm; it needs RS256, ES256 or a similar one")
	}
	if len(doc.AuthMethods) == 0 {
		doc.AuthMethods = []string{"client_secret_basic"}
	}
	return nil
}
