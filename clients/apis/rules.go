package apis

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fedhub/fedhub/clients/names"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/clients/scopes"
	"github.com/fedhub/fedhub/internal/forms"
)

// checkIdentifier accepts an https URI without a fragment (RFC 8707 §2), http on
// loopback, that is not at the hub's own address: nothing there but the hub's own
// APIs accepts tokens.
func (s *Service) checkIdentifier(identifier string) forms.Problems {
	u, err := redirecturi.Parse(identifier)
	switch {
	case identifier == "":
		return forms.New("identifier", "api.identifier.missing")
	case err != nil || !redirecturi.ResourceOK(identifier) || u.Host == "" || !u.Spelled(identifier):
		return forms.New("identifier", "api.identifier.bad")
	case u.Scheme != "https" && (u.Scheme != "http" || !u.Loopback() && !s.AllowHTTP):
		return forms.New("identifier", "api.identifier.plain")
	case s.here(identifier):
		return forms.New("identifier", "api.identifier.own")
	}
	return nil
}

// here reports whether an address is the hub's own or below it.
func (s *Service) here(address string) bool {
	rest, found := strings.CutPrefix(address, strings.TrimSuffix(s.Issuer, "/"))
	return found && (rest == "" || rest[0] == '/' || rest[0] == '?')
}

func (s *Service) isOwn(identifier string) bool {
	return slices.ContainsFunc(s.own, func(a API) bool { return a.ID == identifier })
}

func taken() error { return forms.New("identifier", "api.identifier.taken").Err() }

func scopeTaken(scope string, owner API) error {
	return forms.New("scopes", "api.scope.taken", "scope", scope, "api", owner.Name).Err()
}

// apply sets what was entered, and returns what is wrong with it.
func (a *API) apply(e Edit) forms.Problems {
	var problems forms.Problems
	a.Name, a.Format, a.Life, a.Access = strings.TrimSpace(e.Name), e.Format, e.Life, e.Access
	if a.Access == "" {
		a.Access = Named
	}
	switch {
	case a.Name == "":
		problems.Add("name", "api.name.missing")
	case utf8.RuneCountInString(a.Name) > names.Max && a.Name != a.ID || !names.Printable(a.Name):
		problems.Add("name", "api.name.bad", "max", names.Max)
	}
	if !slices.Contains([]string{"", JWT, Opaque}, a.Format) {
		problems.Add("format", "api.format.bad")
	}
	if a.Life != 0 && (a.Life < MinLife || a.Life > MaxLife) {
		problems.Add("life", "api.life.bad", "min", int(MinLife.Minutes()), "max", int(MaxLife.Minutes()))
	}
	if !slices.Contains([]Access{Named, Any, SelfRegistered}, a.Access) {
		problems.Add("access", "api.access.bad")
	}
	return append(problems, a.applyScopes(e.Scopes)...)
}

func (a *API) applyScopes(list []Scope) (problems forms.Problems) {
	a.Scopes = nil
	for _, scope := range list {
		scope.Name, scope.Text = strings.TrimSpace(scope.Name), strings.TrimSpace(scope.Text)
		switch {
		case !scopes.OK(scope.Name):
			problems.Add("scopes", "api.scope.bad", "scope", scope.Name)
		case slices.Contains(scopes.Standard(), scope.Name):
			problems.Add("scopes", "api.scope.own", "scope", scope.Name)
		case a.Has(scope.Name):
			problems.Add("scopes", "api.scope.twice", "scope", scope.Name)
		case utf8.RuneCountInString(scope.Text) > maxText || !names.Printable(scope.Text):
			problems.Add("scopes", "api.scope.text", "scope", scope.Name, "max", maxText)
		default:
			a.Scopes = append(a.Scopes, scope)
		}
	}
	if len(a.Scopes) > MaxScopes {
		problems.Add("scopes", "api.scopes.many", "max", MaxScopes)
	}
	return problems
}
