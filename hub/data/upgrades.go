package data

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/granttypes"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/listing"
)

// major is the version of the stored form. It is raised when earlier programs
// would misread or damage what is written now. Programs before version 1 erased
// every field that they did not know; those before version 2 do not read the
// grant types of clients.
const major = 2

// Schema is that version, and the upgrades from records of earlier programs. To
// change a stored form, add an upgrade at the end. The existing ones have
// already run on some databases and must not change.
func Schema() store.Schema {
	return store.Schema{Major: major, Upgrades: []store.Upgrade{
		{Set: "clients", Change: grantTypes},
		{Set: "loginkeys", Change: rolesText},
		{Set: "loginkeys", Change: catalog.AskedOffline},
		{Set: "users", Change: listKeys},
		{Set: "clients", Into: "apis", Add: apisOfClient},
	}}
}

// grantTypes turns the six fields that described a client's registration into
// the two lists of RFC 7591 §2.
func grantTypes(raw bson.Raw) (bson.Raw, error) {
	var old struct {
		GrantType         string   `bson:"grant_type"`
		ResponseType      string   `bson:"response_type"`
		RefreshTokens     bool     `bson:"refresh_tokens"`
		ClientCredentials bool     `bson:"client_credentials"`
		Grants            []string `bson:"grants"`
		ResponseTypes     []string `bson:"response_types"`
	}
	if err := bson.Unmarshal(raw, &old); err != nil {
		return nil, fmt.Errorf("read the grants of a client: %w", err)
	}
	var doc bson.D
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read a client: %w", err)
	}
	kept, found := doc[:0], false
	for _, e := range doc {
		switch e.Key {
		case "grant_type", "response_type", "refresh_tokens", "client_credentials", "grants":
			found = true
		case "response_types":
		default:
			kept = append(kept, e)
		}
	}
	if !found {
		return nil, nil // upgraded already
	}
	var c clients.Client
	for _, grant := range old.Grants {
		c.SetGrant(grant, true)
	}
	if old.GrantType != "" {
		c.SetGrant(granttypes.Named(old.GrantType), true)
	}
	if old.RefreshTokens {
		c.SetGrant(clients.GrantRefresh, true)
	}
	if old.ClientCredentials {
		c.SetGrant(clients.GrantClientCredentials, true)
	}
	c.ResponseTypes = old.ResponseTypes
	if len(c.ResponseTypes) == 0 && old.ResponseType != "" {
		c.ResponseTypes = []string{strings.ToLower(old.ResponseType)}
	}
	if len(c.GrantTypes) > 0 {
		kept = append(kept, bson.E{Key: "grant_types", Value: c.GrantTypes})
	}
	if len(c.ResponseTypes) > 0 {
		kept = append(kept, bson.E{Key: "response_types", Value: c.ResponseTypes})
	}
	return bson.Marshal(kept)
}

// rolesText keeps the old behaviour of login keys that split role texts at
// blanks: a text is now one name unless the key says otherwise. Splitting was
// the rule for keys that named a claim for roles and for every provider
// described by hand. Earlier programs split either way, and keep the field when
// they change a key.
func rolesText(raw bson.Raw) (bson.Raw, error) {
	kind, _ := raw.Lookup("kind").StringValueOK()
	place, _ := raw.Lookup("claims", "roles").StringValueOK()
	rules, _ := raw.Lookup("role_map").DocumentOK()
	if place == "" && (kind != federation.KindOAuth2 || len(rules) == 0) {
		return nil, nil
	}
	if raw.Lookup("claims", "roles_text").Type != 0 {
		return nil, nil // upgraded already
	}
	var doc bson.D
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read a login key: %w", err)
	}
	text := bson.E{Key: "roles_text", Value: mapping.Blanks}
	for i, e := range doc {
		if claims, ok := e.Value.(bson.D); ok && e.Key == "claims" {
			doc[i].Value = append(claims, text)
			return bson.Marshal(doc)
		}
	}
	return bson.Marshal(append(doc, bson.E{Key: "claims", Value: bson.D{text}}))
}

// listKeys adds the fields that lists of users are sorted and filtered by.
func listKeys(raw bson.Raw) (bson.Raw, error) {
	if raw.Lookup("nameKey").Type != 0 {
		return nil, nil // upgraded already
	}
	var u users.User
	var doc bson.D
	if err := errors.Join(bson.Unmarshal(raw, &u), bson.Unmarshal(raw, &doc)); err != nil {
		return nil, fmt.Errorf("read a user: %w", err)
	}
	added, err := bson.Marshal(listing.KeysOf(u))
	if err != nil {
		return nil, fmt.Errorf("write the keys of a user: %w", err)
	}
	var keys bson.D
	if err := bson.Unmarshal(added, &keys); err != nil {
		return nil, fmt.Errorf("write the keys of a user: %w", err)
	}
	return bson.Marshal(append(doc, keys...))
}

// Foresee reports what a start of this program would change in a
// database. It changes nothing.
func Foresee(ctx context.Context, b store.Backend) ([]store.Forecast, error) {
	return Schema().Foresee(ctx, b, Specs())
}
