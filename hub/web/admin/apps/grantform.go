package apps

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/granttypes"
	"github.com/fedhub/fedhub/templates"
)

// A client registers two lists (RFC 7591 §2): grant types and response types. The form
// has two choices and two check boxes for the usual values, and boxes for the rest.

// grant is the check box of one grant type.
func grant(name string, typed *bool, c *clients.Client, grant string) control {
	t := tick(name, typed, new(bool))
	t.show = func() { *typed = c.HasGrant(grant) }
	t.apply = func() { c.SetGrant(grant, *typed) }
	return t
}

// grantType is the choice of the flow that delivers responses to the application.
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

// responseType is the choice that belongs to the grant type. If a box in
// responses is ticked, the boxes replace this choice.
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

// responses are the boxes for applications with several response types, or with
// one that no choice has.
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
