package presets

import (
	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// usual are the most common scopes, and roles, which applications use for
// permissions.
func usual() []string { return []string{"openid", "profile", "email", "roles"} }

// All lists the presets, the most requested first. The values of each are from
// the documentation that its comment names, for default settings.
func All() []Preset {
	return []Preset{
		{Key: "frappe", Name: "Frappe or ERPNext", Site: true, // clients/frappe
			URL:    asks("frappe.url", ""),
			Called: Question{Default: clients.FrappeProvider}},
		keycloak(), grafana(), gitlab(), nextcloud(), argo(), proxy(), dex(), auth(), bao(),
	}
}

// keycloak is a Keycloak realm with this hub as identity provider.
//
//   - https://www.keycloak.org/docs/latest/server_admin/#_identity_broker_oidc: the redirect
//     URI, the alias "oidc", "Client secret sent as post", the scope openid, a nonce and no PKCE
//   - https://www.keycloak.org/securing-apps/oidc-layers: where it takes logout tokens
//   - OIDCIdentityProvider.keycloakInitiatedBrowserLogout: endpoint/logout_response
func keycloak() Preset {
	return Preset{
		Key: "keycloak", Name: "Keycloak", Within: "/realms/",
		URL:    asks("keycloak.url", ""),
		Called: asks("keycloak.called", "oidc"),
		Client: clients.Client{
			RedirectURIs:             []string{"{url}/broker/{name}/endpoint"},
			PostLogoutRedirectURIs:   []string{"{url}/broker/{name}/endpoint/logout_response"},
			BackchannelLogoutURI:     "{url}/protocol/openid-connect/logout/backchannel-logout",
			BackchannelLogoutSession: true, Scopes: usual(), AuthMethod: clientauth.MethodPost,
		},
		Enter: []Value{
			{"Alias", "{name}"}, {"Discovery endpoint", "{discovery}"}, {"Client authentication", "Client secret sent as post"},
			{"Client ID", "{client_id}"}, {"Client Secret", "{client_secret}"}, {"Scopes", "openid profile email"}, {"Use PKCE", "On, S256"},
		},
		Notes: notes("keycloak.enter"),
	}
}

// grafana signs people in by [auth.generic_oauth].
//
//   - https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth/:
//     /login/generic_oauth, use_pkce = false, the secret in the header first, what is missing in the ID token from api_url
//   - the same, Keycloak: signout_redirect_url leads back to /login; Grafana adds id_token_hint itself
func grafana() Preset {
	return Preset{
		Key: "grafana", Name: "Grafana",
		URL: asks("grafana.url", ""),
		Client: clients.Client{
			RedirectURIs: []string{"{url}/login/generic_oauth"}, PostLogoutRedirectURIs: []string{"{url}/login"},
			Scopes: usual(), AuthMethod: clientauth.MethodBasic, PKCEOptional: true,
		},
		Enter: []Value{
			{"enabled", "true"}, {"client_id", "{client_id}"}, {"client_secret", "{client_secret}"}, {"scopes", "openid profile email"},
			{"auth_url", "{authorize}"}, {"token_url", "{token}"}, {"api_url", "{userinfo}"}, {"use_pkce", "true"},
			{"signout_redirect_url", "{sign_out}?post_logout_redirect_uri={escaped}%2Flogin"},
		},
		Notes: notes("grafana.enter"),
	}
}

// gitlab is a GitLab of one's own.
//
//   - https://docs.gitlab.com/administration/auth/oidc/: /users/auth/openid_connect/callback,
//     client_auth_method "query" (the secret in the body), pkce true, issuer with discovery
//   - https://docs.gitlab.com/administration/settings/sign_in_restrictions/: Sign-out page URL
//   - omniauth_openid_connect: a nonce, unless send_nonce is false
func gitlab() Preset {
	return Preset{
		Key: "gitlab", Name: "GitLab",
		URL:    asks("gitlab.url", ""),
		Called: asks("gitlab.called", "openid_connect"),
		Client: clients.Client{
			RedirectURIs: []string{"{url}/users/auth/{name}/callback"}, PostLogoutRedirectURIs: []string{"{url}/users/sign_in"},
			Scopes: usual(), AuthMethod: clientauth.MethodPost,
		},
		Enter: []Value{
			{"name", "{name}"}, {"issuer", "{issuer}"}, {"discovery", "true"}, {"scope", `["openid", "profile", "email"]`}, {"response_type", "code"},
			{"client_auth_method", "query"}, {"pkce", "true"}, {"client_options identifier", "{client_id}"}, {"client_options secret", "{client_secret}"},
			{"client_options redirect_uri", "{url}/users/auth/{name}/callback"},
			{"Sign-out page URL", "{sign_out}?client_id={client_id}&post_logout_redirect_uri={escaped}%2Fusers%2Fsign_in"},
		},
		Notes: notes("gitlab.enter", "gitlab.sign-out"),
	}
}

// nextcloud signs people in by its app user_oidc.
//
//   - https://github.com/nextcloud/user_oidc, README: where it takes logout tokens and that it wants sid, PKCE where
//     discovery says S256, claims from the ID token alone
//   - its LoginController: /apps/user_oidc/code, a nonce, the parameter claims, the secret in the
//     body where discovery allows that, post_logout_redirect_uri with client_id
func nextcloud() Preset {
	return Preset{
		Key: "nextcloud", Name: "Nextcloud",
		URL:    asks("nextcloud.url", ""),
		Called: asks("nextcloud.called", "fedhub"),
		Client: clients.Client{
			RedirectURIs:             []string{"{url}/apps/user_oidc/code", "{url}/index.php/apps/user_oidc/code"},
			PostLogoutRedirectURIs:   []string{"{url}/"},
			BackchannelLogoutURI:     "{url}/index.php/apps/user_oidc/backchannel-logout/{name}",
			BackchannelLogoutSession: true, Scopes: usual(), AuthMethod: clientauth.MethodPost, IDTokenClaims: true,
		},
		Enter: []Value{
			{"Identifier", "{name}"}, {"Client ID", "{client_id}"}, {"Client secret", "{client_secret}"},
			{"Discovery endpoint", "{discovery}"}, {"Scope", "openid email profile"},
		},
		Notes: notes("nextcloud.enter"),
	}
}
