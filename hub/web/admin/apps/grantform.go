package apps

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/granttypes"
	"github.com/fedhub/fedhub/templates"
)

// What an application is registered for are two lists (RFC 7591 §2). The form
// shows the usual of them as two choices and two ticks, and the rest as boxes.

// grant is one grant type as a tick.
func grant(name string, typed *bool, c *clients.Client, grant string) control {
	t := tick(name, typed, new(bool))
	t.show = func() { *typed = c.HasGrant(grant) }
	t.apply = func() { c.SetGrant(grant, *typed) }
	return t
}

// grantType is the choice of how answers reach the application.
func grantType(f *templates.ClientForm, c *clients.Client) control {
	typed := &f.GrantType
	choice := text("grant_type", typed, new(string))
	choice.show = func() {
		*typed = ""
		for _, p := range f.GrantTypes() {
			if *typed == "" && c.HasGrant(granttypes.Named(p.Name)) {
				*typed = p.Name
			}
		}
	}
	choice.apply = func() { c.ChooseGrant(*typed) }
	return choice
}

// responseType is the choice that goes with the grant type. The boxes of
// responses, if one is ticked, take its place.
func responseType(f *templates.ClientForm, c *clients.Client) control {
	choice := text("response_type", &f.ResponseType, new(string))
	choice.show = func() {
		f.ResponseType = "Code"
		if c.HasGrant(clients.GrantImplicit) && !c.HasGrant(clients.GrantCode) {
			f.ResponseType = "Token"
		}
	}
	choice.apply = func() {
		if c.ResponseTypes = nil; f.GrantType != "" && f.ResponseType != "" && c.Type != clients.Service {
			c.ResponseTypes = []string{strings.ToLower(f.ResponseType)}
		}
	}
	return choice
}

// grantBoxes are the boxes of the other grant types.
func grantBoxes(typed *[]string, c *clients.Client) control {
	return several("grants", templates.GrantChoices(), typed,
		func() []string { return c.GrantTypes },
		func() {
			for _, choice := range templates.GrantChoices() {
				c.SetGrant(choice.Value, slices.Contains(*typed, choice.Value))
			}
		})
}

// responses are the boxes for applications that need more than one response
// type, or one that no choice names.
func responses(typed *[]string, c *clients.Client) control {
	return several("response_types", templates.ResponseChoices(), typed,
		func() []string {
			if len(c.ResponseTypes) == 1 && (c.ResponseTypes[0] == "code" || c.ResponseTypes[0] == "token") {
				return nil
			}
			return c.ResponseTypes
		},
		func() {
			if len(*typed) > 0 {
				c.ResponseTypes = slices.Clone(*typed)
				c.PairGrants()
			}
		})
}
