// Package admin is shared by all administration pages: it names the acting
// administrator in records, reads lists from forms, and shows mistakes in forms.
//
// Its routes are guarded: an administrator is always signed in. The packages that
// keep the records validate them; the handlers show each mistake at its field.
package admin

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Account is the text that distinguishes a user from others in lists.
func Account(u users.User) locales.Text {
	return templates.Person{Name: u.Name, Email: u.Email, Username: u.Username}.Account()
}

// A Recorder knows the administrator of a request and records their changes.
type Recorder struct {
	Sessions *cookies.Service
	Audit    *audit.Recorder
}

// By names the administrator in records.
func (r Recorder) By(c *gin.Context) string { return r.Actor(c).Name }

// Actor is the administrator of a request.
func (r Recorder) Actor(c *gin.Context) audit.Actor {
	by := audit.Actor{IP: c.ClientIP(), Ref: web.Ref(c)}
	if p, err := r.Sessions.Current(c.Request); err == nil {
		by.ID, by.Name = p.User.ID, cmp.Or(p.User.Email, p.User.Username, p.User.Name)
	}
	return by
}

// Record records an event with the administrator as actor and the source of the
// request.
func (r Recorder) Record(c *gin.Context, e audit.Event) {
	r.Audit.Record(c.Request.Context(), r.Actor(c).Did(e))
}

// Unprocessable is the status of a form that is shown again with mistakes (RFC 9110 §15.5.21).
const Unprocessable = http.StatusUnprocessableEntity

// Lines splits a typed list: one item per line.
func Lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}

// Names splits typed names, one per line: a name may contain blanks and commas.
func Names(s string) []string {
	var out []string
	for _, line := range Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// ClientPath is the page of an application.
func ClientPath(id string) string { return "/admin/clients/" + templates.Segment(id) }
