package templates

import (
	"slices"

	"github.com/fedhub/fedhub/templates/locales"
)

// Types are the choices for the type.
func (ClientForm) Types() []Option {
	var pairs []Option
	for _, t := range ClientTypes() {
		pairs = append(pairs, Option{t.Key, t.Label})
	}
	return pairs
}

// GrantTypes are the choices for the grant type.
func (ClientForm) GrantTypes() []Option {
	return []Option{{"Authorization Code", locales.Say("clientchoices.authorization-code")}, {"Implicit", locales.Say("clientchoices.implicit")}, {"", locales.Say("clientchoices.none-no-browser-returns-to")}}
}

// ResponseTypes are the choices for the response type.
func (ClientForm) ResponseTypes() []Option {
	return []Option{{"Code", locales.Say("clientchoices.code")}, {"Token", locales.Say("clientchoices.token")}}
}

// PKCEChoices are the choices for when PKCE is not required.
func (ClientForm) PKCEChoices() []Option {
	return []Option{{"always", locales.Say("clientchoices.always")}, {"nonce", locales.Say("clientchoices.nonce")}, {"optional", locales.Say("clientchoices.optional")}}
}

// AuthMethods are the choices for client authentication: the methods of this
// hub, and the stored one.
func (f ClientForm) AuthMethods() []Option {
	return slices.DeleteFunc(authMethods(), func(p Option) bool {
		return len(f.Names.Methods) > 0 && !slices.Contains(f.Names.Methods, p.Name) && p.Name != f.AuthMethod
	})
}

func authMethods() []Option {
	return []Option{
		{"client_secret_basic", locales.Say("clientchoices.client-secret-basic")},
		{"client_secret_post", locales.Say("clientchoices.client-secret-post")},
		{"client_secret_jwt", locales.Say("clientchoices.client-secret-jwt")},
		{"private_key_jwt", locales.Say("clientchoices.private-key-jwt")},
		{"tls_client_auth", locales.Say("clientchoices.tls-client-auth")},
		{"self_signed_tls_client_auth", locales.Say("clientchoices.self-signed-tls-client-auth")},
		{"none", locales.Say("clientchoices.none")},
	}
}

// Profiles are the choices for the security profile.
func (ClientForm) Profiles() []Option {
	return []Option{{"", locales.Say("clientchoices.none-2")}, {"fapi2", locales.Say("clientchoices.fapi2")}, {"fapi2-message-signing", locales.Say("clientchoices.fapi2-message-signing")}}
}

// Deliveries are the choices for how a CIBA client receives the result.
func (ClientForm) Deliveries() []Option {
	return []Option{{"poll", locales.Say("clientchoices.poll")}, {"ping", locales.Say("clientchoices.ping")}}
}

// SubjectTypes are the choices for the identifiers of users at apps.
func (ClientForm) SubjectTypes() []Option {
	return []Option{{"", locales.Say("clientchoices.the-same-at-every-app")}, {"pairwise", locales.Say("clientchoices.pairwise")}}
}

// SigningChoices are the hub's signing algorithms, with the meaning of the
// empty choice. A stored algorithm stays a choice even if the hub no longer
// supports it, so that saving the form does not change it.
func (f ClientForm) SigningChoices(none, kept string) []Option {
	return named(locales.Stored(none), f.Names.Signing, kept)
}

// ProvingChoices are the client's signing algorithms.
func (f ClientForm) ProvingChoices(none, kept string) []Option {
	return named(locales.Stored(none), f.Names.Proving, kept)
}

// WrappingChoices are the algorithms that encrypt a key.
func (f ClientForm) WrappingChoices(kept string) []Option {
	return named(locales.Say("clientchoices.not-encrypted"), f.Names.Wrapping, kept)
}

// ContentChoices are the algorithms that encrypt the content.
func (f ClientForm) ContentChoices(kept string) []Option {
	return named(locales.Say("clientchoices.the-usual"), f.Names.Content, kept)
}

func named(none locales.Text, names []string, kept string) []Option {
	pairs := []Option{{"", none}}
	for _, name := range names {
		pairs = append(pairs, Option{name, locales.Stored(name)})
	}
	if kept != "" && !slices.Contains(names, kept) {
		pairs = append(pairs, Option{kept, locales.Stored(kept)})
	}
	return pairs
}
