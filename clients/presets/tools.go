package presets

import (
	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// argo is Argo CD without its own Dex.
//
//   - https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/: /auth/callback, the scopes openid,
//     profile, email and groups, groups from the ID token, logoutURL. enablePKCEAuthentication stays off: versions that
//     use PKCE in the browser alone send no secret then, and this client has one
//   - server/logout: logoutRedirectURL is the url without a slash at its end
func argo() Preset {
	return Preset{
		Key: "argocd", Name: "Argo CD", Common: true,
		URL: asks("argocd.url", ""),
		Client: clients.Client{
			RedirectURIs: []string{"{url}/auth/callback"}, PostLogoutRedirectURIs: []string{"{url}"},
			Scopes: usual(), AuthMethod: clientauth.MethodBasic, IDTokenClaims: true, PKCEOptional: true,
		},
		Enter: []Value{
			{"issuer", "{issuer}"}, {"clientID", "{client_id}"}, {"clientSecret", "{client_secret}"}, {"requestedScopes", `["openid", "profile", "email", "roles"]`},
			{"logoutURL", "{sign_out}?id_token_hint={{token}}&post_logout_redirect_uri={{logoutRedirectURL}}"},
		},
		Notes: notes("argocd.enter"),
	}
}

// proxy is oauth2-proxy before any application.
//
//   - https://oauth2-proxy.github.io/oauth2-proxy/features/endpoints/: /oauth2/callback, sign_out with rd
//   - https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview/: the scope openid email profile, no
//     code_challenge_method, insecure_oidc_skip_nonce true; the rest of the claims from userinfo
func proxy() Preset {
	return Preset{
		Key: "oauth2-proxy", Name: "oauth2-proxy",
		URL: asks("oauth2-proxy.url", ""),
		Client: clients.Client{
			RedirectURIs: []string{"{url}/oauth2/callback"}, PostLogoutRedirectURIs: []string{"{url}/"},
			Scopes: usual(), AuthMethod: clientauth.MethodBasic, PKCEOptional: true,
		},
		Enter: []Value{
			{"provider", "oidc"}, {"oidc_issuer_url", "{issuer}"}, {"client_id", "{client_id}"}, {"client_secret", "{client_secret}"},
			{"redirect_url", "{url}/oauth2/callback"}, {"code_challenge_method", "S256"}, {"insecure_oidc_skip_nonce", "false"},
		},
		Notes: notes("oauth2-proxy.enter"),
	}
}

// dex has this hub as a connector.
//
//   - https://dexidp.io/docs/connectors/oidc/: redirectURI is the issuer and /callback, the scopes profile and email
//     beside openid, claims from the ID token unless getUserInfo is set, the secret in the header first; PKCE only in newer ones
func dex() Preset {
	return Preset{
		Key: "dex", Name: "Dex", Common: true,
		URL: asks("dex.url", ""),
		Client: clients.Client{
			RedirectURIs: []string{"{url}/callback"}, Scopes: usual(), AuthMethod: clientauth.MethodBasic, IDTokenClaims: true, PKCEOptional: true,
		},
		Enter: []Value{
			{"type", "oidc"}, {"issuer", "{issuer}"}, {"clientID", "{client_id}"}, {"clientSecret", "{client_secret}"}, {"redirectURI", "{url}/callback"},
		},
		Notes: notes("dex.enter"),
	}
}

// auth is any web application with Auth.js (NextAuth.js).
//
//   - https://authjs.dev/getting-started/authentication/oauth: /api/auth/callback and the provider's id, /auth/callback outside Next.js
//   - https://authjs.dev/guides/configuring-oauth-providers: type oidc takes the ID token alone, the scope openid
//     profile email, PKCE; oauth4webapi sends the secret in the header
func auth() Preset {
	return Preset{
		Key: "authjs", Name: "Auth.js",
		URL:    asks("authjs.url", ""),
		Called: asks("authjs.called", "fedhub"),
		Client: clients.Client{
			RedirectURIs: []string{"{url}/api/auth/callback/{name}", "{url}/auth/callback/{name}"},
			Scopes:       usual(), AuthMethod: clientauth.MethodBasic, IDTokenClaims: true,
		},
		Enter: []Value{
			{"id", "{name}"}, {"type", "oidc"}, {"issuer", "{issuer}"}, {"clientId", "{client_id}"}, {"clientSecret", "{client_secret}"},
		},
	}
}

// bao is the auth method oidc of OpenBao, and of Vault.
//
//   - https://openbao.org/docs/auth/jwt/: /ui/vault/auth/{path}/oidc/callback, http://localhost:8250/oidc/callback for the command
//     line, the scope openid unless oidc_scopes says more
//   - builtin/credential/jwt/path_oidc.go: a nonce and PKCE; bound claims and groups_claim from the ID token
func bao() Preset {
	const callback, local = "{url}/ui/vault/auth/{name}/oidc/callback", "http://localhost:8250/oidc/callback"
	return Preset{
		Key: "openbao", Name: "OpenBao",
		URL:    asks("openbao.url", ""),
		Called: asks("openbao.called", "oidc"),
		Client: clients.Client{
			RedirectURIs: []string{callback, local}, Scopes: usual(), AuthMethod: clientauth.MethodBasic, IDTokenClaims: true,
		},
		Enter: []Value{
			{"oidc_discovery_url", "{issuer}"}, {"oidc_client_id", "{client_id}"}, {"oidc_client_secret", "{client_secret}"},
			{"allowed_redirect_uris", callback + "," + local}, {"user_claim", "sub"}, {"oidc_scopes", "profile,email,roles"}, {"groups_claim", "roles"},
		},
		Notes: notes("openbao.enter"),
	}
}
