package web

import (
	"context"
	"strings"

	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/templates"
)

// CustomClaims are custom claims in words, for the consent page and everywhere
// that a user sees what they agreed to.
func CustomClaims(ctx context.Context, hub *settings.Service, all []claimmap.Mapping) ([]templates.Scope, error) {
	if len(all) == 0 {
		return nil, nil
	}
	defined, err := hub.UserFields(ctx)
	if err != nil {
		return nil, err
	}
	var out []templates.Scope
	for _, m := range all {
		switch m.Source {
		case claimmap.Group, claimmap.Groups:
			out = append(out, templates.MembershipInWords(m.GroupNames()))
		case claimmap.Field:
			if f, ok := fields.Named(defined, m.Value); ok {
				out = append(out, templates.FieldInWords(f.Label))
			} else {
				out = append(out, templates.ClaimInWords(m.Value))
			}
		}
	}
	return out, nil
}

// CustomExtras are the custom claims among the names of what a user agreed to.
func CustomExtras(extras []string) []claimmap.Mapping {
	var all []claimmap.Mapping
	for _, extra := range extras {
		if rest, ok := strings.CutPrefix(extra, claimmap.ExtraPrefix); ok {
			all = append(all, claimmap.OfExtra(rest))
		}
	}
	return all
}
