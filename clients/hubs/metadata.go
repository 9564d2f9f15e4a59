package hubs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	clientnames "github.com/fedhub/fedhub/clients/names"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// errForeignRedirect is the cause if a document has a redirect URI with another
// origin.
var errForeignRedirect = errors.New("foreign redirect URI")

// serverScopes are the scopes of a federated hub: the user's identity and
// roles, and offline access to refresh them.
func serverScopes() []string {
	return []string{"openid", "profile", "email", "roles", "offline_access"}
}

// parseDocument turns a metadata document into the client that it describes, or
// a *metadatadoc.Error. It fetches nothing, so keys behind a jwks_uri are not
// checked yet.
func parseDocument(read metadatadoc.Document, allowHTTP bool) (clients.Client, error) {
	fault := func(err error) error { return metadatadoc.Fault(read.URL, nil, forms.Of(err)) }
	doc, err := decodeDocument(read.Members)
	if err != nil {
		return clients.Client{}, fault(err)
	}
	switch {
	case doc.authMethod != clientauth.MethodKey:
		return clients.Client{}, fault(forms.New("token_endpoint_auth_method", "document.auth_method.bad", "method", clientauth.MethodKey))
	case doc.grantTypes != nil && !slices.Contains(doc.grantTypes, "authorization_code"):
		return clients.Client{}, fault(forms.New("grant_types", "document.grant_types.bad"))
	case doc.responseTypes != nil && !slices.Contains(doc.responseTypes, "code"):
		return clients.Client{}, fault(forms.New("response_types", "document.response_types.bad"))
	}
	if problems, cause := doc.checkOrigins(read.At); problems != nil {
		return clients.Client{}, metadatadoc.Fault(read.URL, cause, problems)
	}
	client := doc.client(read.URL, read.At)
	client.Tidy()
	if err := client.Validate(allowHTTP).Err(); err != nil {
		return clients.Client{}, fault(err)
	}
	return client, nil
}

// A document is the part of the metadata that is used (RFC 7591 §2).
type document struct {
	name, authMethod, idTokenAlg          string
	clientURI, logoURI, tosURI, policyURI string
	jwksURI, backchannelLogoutURI         string
	jwks                                  jsonx.Value
	redirectURIs, postLogout              []string
	grantTypes, responseTypes             []string
}

// decodeDocument reads members by their exact names.
func decodeDocument(raw jsonx.Object) (document, error) {
	var doc document
	for name, into := range map[string]any{
		"client_name": &doc.name, "token_endpoint_auth_method": &doc.authMethod,
		"id_token_signed_response_alg": &doc.idTokenAlg,
		"client_uri":                   &doc.clientURI, "logo_uri": &doc.logoURI, "tos_uri": &doc.tosURI, "policy_uri": &doc.policyURI,
		"jwks_uri": &doc.jwksURI, "jwks": &doc.jwks, "backchannel_logout_uri": &doc.backchannelLogoutURI,
		"redirect_uris": &doc.redirectURIs, "post_logout_redirect_uris": &doc.postLogout,
		"grant_types": &doc.grantTypes, "response_types": &doc.responseTypes,
	} {
		if !raw.Says(name) {
			continue
		}
		if err := raw.Member(name, into); err != nil {
			return document{}, fmt.Errorf("its %w", err)
		}
	}
	return doc, nil
}

// checkOrigins: an approval is for one origin, so all important addresses must
// be on it. An attacker who can write one file on a host (or make it redirect)
// must not be able to send answers elsewhere.
func (d document) checkOrigins(base redirecturi.URI) (problems forms.Problems, cause error) {
	for _, raw := range d.redirectURIs {
		if !redirecturi.SameOrigin(base, raw) {
			return forms.New("redirect_uris", "document.redirect.elsewhere", "address", raw, "host", base.HostPort()), errForeignRedirect
		}
	}
	for _, raw := range append([]string{d.jwksURI, d.backchannelLogoutURI}, d.postLogout...) {
		if raw != "" && !redirecturi.SameOrigin(base, raw) {
			return forms.New("", "document.address.elsewhere", "address", raw, "host", base.HostPort()), nil
		}
	}
	return nil, nil
}

// client builds the record. The document cannot decide about scopes, consent
// and roles: they are set here, and later by an administrator.
func (d document) client(address string, base redirecturi.URI) clients.Client {
	c := clients.Client{
		ID: address, Name: d.displayName(base), Type: clients.Web,
		AuthMethod: clientauth.MethodKey, JWKSURI: d.jwksURI, JWKS: d.keySet(),
		RedirectURIs: d.redirectURIs, PostLogoutRedirectURIs: d.postLogout,
		BackchannelLogoutURI: d.backchannelLogoutURI,
		GrantTypes:           []string{clients.GrantCode, clients.GrantRefresh}, ResponseTypes: []string{"code"},
		Scopes:     serverScopes(),
		IDTokenAlg: d.idTokenAlg,
		ClientURI:  ownLink(base, d.clientURI), LogoURI: ownLink(base, d.logoURI),
		TosURI: ownLink(base, d.tosURI), PolicyURI: ownLink(base, d.policyURI),
		ConsentVersion: 1,
		Server:         &clients.FederatedHub{MetadataURL: address, Host: base.HostPort(), State: clients.Pending},
	}
	if len(d.redirectURIs) > 0 {
		c.DefaultRedirectURI = d.redirectURIs[0]
	}
	if !slices.Contains(clientauth.SigningAlgs(), c.IDTokenAlg) || c.IDTokenAlg == clientauth.HS256 {
		c.IDTokenAlg = "" // the hub cannot sign with it; the other side must change it
	}
	return c
}

// keySet returns the jwks member as text, or nothing.
func (d document) keySet() string {
	var text bytes.Buffer
	if len(d.jwks) == 0 || json.Compact(&text, d.jwks) != nil {
		return ""
	}
	return text.String()
}

// displayName is the hub's own name, if it can be shown. Anyone can publish any
// name, so pages must show Server.Host beside it.
func (d document) displayName(base redirecturi.URI) string {
	name := strings.TrimSpace(d.name)
	if !clientnames.OK(name) {
		return base.HostPort()
	}
	return name
}

// ownLink drops a link that does not lead to the hub's own origin.
func ownLink(base redirecturi.URI, raw string) string {
	if at, err := redirecturi.Parse(raw); err != nil || at.Scheme != "https" || !at.SameOrigin(base) {
		return ""
	}
	return raw
}
