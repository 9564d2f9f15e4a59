package tokens

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// Custom is where the values of custom claims come from, besides the user's
// record.
type Custom struct {
	// Fields are the user fields that administrators defined.
	Fields func(ctx context.Context) ([]fields.Field, error)
}

// A release is what decides which custom claims a client gets.
type release struct {
	client clients.Client
	family grants.TokenFamily
	user   users.User
	scopes []string
	place  string // one of claimmap.Places
}

// custom returns the custom claims of a client. Everything that issues or shows
// claims calls it: ID tokens, access tokens, userinfo and introspection. The
// caller writes the claims of the protocol over them.
//
// The mappings of an API would be added here, for the audience of an access
// token.
func (k *Service) custom(ctx context.Context, r release) (map[string]any, error) {
	claims := map[string]any{}
	for _, m := range r.client.Claims {
		if !m.Releases(r.place, r.scopes) || m.Personal() && !r.agreed(m) {
			continue
		}
		value, err := k.customValue(ctx, r.user, m)
		if err != nil {
			return nil, err
		}
		if value != nil {
			claims[m.Claim] = value
		}
	}
	return claims, nil
}

// agreed reports whether the user agreed to a claim or, for all users, an
// administrator. A sign-in from before the mapping shows nothing of it, and an
// exchanged token (RFC 8693) comes from an agreement with another client.
func (r release) agreed(m claimmap.Mapping) bool {
	return r.client.SkipAuthorization || r.family.ClientID == r.client.ID && slices.Contains(r.family.Custom, m.Extra())
}

// customValue is the value of one claim; nil if the user has none.
func (k *Service) customValue(ctx context.Context, u users.User, m claimmap.Mapping) (any, error) {
	switch m.Source {
	case claimmap.Constant:
		return m.JSON(), nil
	case claimmap.Group:
		return slices.Contains(u.GroupNames(), m.Value), nil
	case claimmap.Groups:
		in := u.GroupNames()
		return append([]string{}, slices.DeleteFunc(m.GroupNames(), func(name string) bool { return !slices.Contains(in, name) })...), nil
	case claimmap.Field:
		defined, err := k.Custom.Fields(ctx)
		if err != nil {
			return nil, err
		}
		return fieldValue(u, defined, m.Value), nil
	}
	return nil, nil
}

// fieldValue is the value of a field: one that administrators defined, or a
// built-in one; nil if the user has none.
func fieldValue(u users.User, defined []fields.Field, name string) any {
	if f, ok := fields.Named(defined, name); ok {
		return f.Claim(u.Fields)
	}
	text := u.Said()[name]
	switch name {
	case fields.VerifiedEmail:
		// An address that nobody verified may belong to another person.
		if text = ""; u.EmailVerified {
			text = u.Email
		}
	case fields.SignInName:
		text = u.SignInName
	}
	if text == "" {
		return nil
	}
	return text
}

// CustomOf returns the custom claims that introspection shows of an access token,
// as of now.
func (k *Service) CustomOf(ctx context.Context, h TokenInfo) (map[string]any, error) {
	if h.User.ID == "" {
		return nil, nil
	}
	c, err := k.Clients.Get(ctx, h.ClientID)
	if err != nil {
		return nil, err
	}
	return k.custom(ctx, release{c, h.Family, h.User, h.Scopes(), claimmap.AccessToken})
}

// Beside writes a struct as JSON together with custom claims. A claim never
// replaces a member of the struct.
func Beside(claims map[string]any, of any) ([]byte, error) {
	text, err := json.Marshal(of)
	if err != nil || len(claims) == 0 {
		return text, err
	}
	all := map[string]any{}
	for name, value := range claims {
		all[name] = value
	}
	own, err := jsonx.ParseObject(text)
	if err != nil {
		return nil, err
	}
	for name, value := range own {
		all[name] = value
	}
	return json.Marshal(all)
}
