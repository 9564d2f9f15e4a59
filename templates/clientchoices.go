package templates

import "slices"

// Types are the choices for the type.
func (ClientForm) Types() []Pair {
	var pairs []Pair
	for _, t := range ClientTypes() {
		pairs = append(pairs, Pair{t.Key, t.Label})
	}
	return pairs
}

// GrantTypes are the choices for the grant type.
func (ClientForm) GrantTypes() []Pair {
	return []Pair{{"Authorization Code", "Authorization Code"}, {"Implicit", "Implicit"}, {"", "None: no browser returns to it"}}
}

// ResponseTypes are the choices for the response type.
func (ClientForm) ResponseTypes() []Pair {
	return []Pair{{"Code", "Code"}, {"Token", "Token"}}
}

// PKCEChoices are the choices of when PKCE may be left out.
func (ClientForm) PKCEChoices() []Pair {
	return []Pair{{"always", "Always"}, {"nonce", "Unless the OpenID request has a nonce"}, {"optional", "May be left out"}}
}

// AuthMethods are the choices for the way the client proves itself: what this
// hub can check, and what is kept.
func (f ClientForm) AuthMethods() []Pair {
	return slices.DeleteFunc(authMethods(), func(p Pair) bool {
		return len(f.Names.Methods) > 0 && !slices.Contains(f.Names.Methods, p.Name) && p.Name != f.AuthMethod
	})
}

func authMethods() []Pair {
	return []Pair{
		{"client_secret_basic", "Secret in the Authorization header (client_secret_basic)"},
		{"client_secret_post", "Secret in the form (client_secret_post)"},
		{"client_secret_jwt", "Signed with its secret (client_secret_jwt)"},
		{"private_key_jwt", "Signed with its own key (private_key_jwt)"},
		{"tls_client_auth", "Certificate of an authority (tls_client_auth)"},
		{"self_signed_tls_client_auth", "Certificate of its own (self_signed_tls_client_auth)"},
		{"none", "Nothing: a public client with PKCE (none)"},
	}
}

// Profiles are the choices of high security.
func (ClientForm) Profiles() []Pair {
	return []Pair{{"", "None"}, {"fapi2", "FAPI 2.0"}, {"fapi2-message-signing", "FAPI 2.0 with message signing"}}
}

// Deliveries are the choices of how a CIBA client hears of the answer.
func (ClientForm) Deliveries() []Pair {
	return []Pair{{"poll", "It asks again and again (poll)"}, {"ping", "The hub tells it (ping)"}}
}

// SubjectTypes are the choices of how apps know a person.
func (ClientForm) SubjectTypes() []Pair {
	return []Pair{{"", "The same at every app (public)"}, {"pairwise", "Another at each app (pairwise)"}}
}

// SigningChoices are the algorithms by which the hub signs, with what it means
// to choose none. An algorithm that is kept stays a choice although the hub
// knows it no longer, so that saving the form does not change it.
func (f ClientForm) SigningChoices(none, kept string) []Pair {
	return named(none, f.Names.Signing, kept)
}

// ProvingChoices are those by which the client signs.
func (f ClientForm) ProvingChoices(none, kept string) []Pair {
	return named(none, f.Names.Proving, kept)
}

// WrappingChoices are those that encrypt a key.
func (f ClientForm) WrappingChoices(kept string) []Pair {
	return named("Not encrypted", f.Names.Wrapping, kept)
}

// ContentChoices are those that encrypt what the key is for.
func (f ClientForm) ContentChoices(kept string) []Pair {
	return named("The usual", f.Names.Content, kept)
}

func named(none string, names []string, kept string) []Pair {
	pairs := []Pair{{"", none}}
	for _, name := range names {
		pairs = append(pairs, Pair{name, name})
	}
	if kept != "" && !slices.Contains(names, kept) {
		pairs = append(pairs, Pair{kept, kept})
	}
	return pairs
}
