package authorize

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
)

// browser are the accounts of a browser, for one request.
type browser struct {
	person *sessions.Person  // the account that the request is about; nil: none
	others []sessions.Person // the other ones that are signed in
	named  bool              // the request names another one of them
	unsure bool              // it may mean several, and may not ask
	absent bool              // it names one that is not signed in, and may not ask
}

// browser finds the account that a request is about. This is the current one, which the
// user can change on a page. A request that may show no page (prompt=none) means
// the account of id_token_hint or login_hint, without making it the current one (OIDC Core
// §3.1.2.1). The hub never guesses.
func (d *Handler) browser(c *gin.Context, flow flows.Flow) (browser, error) {
	person, err := d.person(c)
	if err != nil {
		return browser{}, err
	}
	b := browser{person: person}
	if b.others, err = d.Sessions.Others(c.Request); err != nil {
		return browser{}, err
	}
	r := flow.Request
	silent := r.Prompt.None
	if r.Subject == "" && (r.LoginHint == "" || !silent && len(b.others) == 0) {
		b.unsure = silent && person == nil && len(b.others) > 0
		return b, nil
	}
	if r.Subject != "" && len(b.others) == 0 {
		return b, nil // next compares the user with the one that the request names
	}
	all := b.others
	if person != nil {
		all = slices.Insert(slices.Clone(all), 0, *person)
	}
	var meant []sessions.Person
	for _, p := range all {
		is, err := d.means(c, flow, p)
		if err != nil {
			return browser{}, err
		}
		if is {
			meant = append(meant, p)
		}
	}
	current := person != nil && slices.ContainsFunc(meant, func(p sessions.Person) bool { return p.Session.ID == person.Session.ID })
	switch {
	case !silent:
		b.named = len(meant) > 0 && !current
	case len(meant) > 1:
		b.unsure = true
	case len(meant) == 1:
		b.person = &meant[0]
		d.Sessions.Touch(c.Request.Context(), meant[0].Session)
	default:
		b.absent = len(all) > 0 // in a browser without an account a provider may know the user
	}
	return b, nil
}

// means reports whether a request names this user: id_token_hint and the claims
// parameter name a subject, which is stronger than login_hint.
func (d *Handler) means(c *gin.Context, flow flows.Flow, p sessions.Person) (bool, error) {
	r := flow.Request
	if r.Subject == "" && p.Named(r.LoginHint) {
		return true, nil
	}
	subject, err := d.Tokens.Subject(c.Request.Context(), r.ClientID, p.User.ID)
	if r.Subject == "" {
		return subject == r.LoginHint, err
	}
	return subject == r.Subject, err
}
