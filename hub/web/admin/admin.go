// Package admin is what the pages of the administration share: who acts, and
// how they are recorded, and how a form reads lists and shows what is wrong.
//
// Its routes are guarded: there is always an administrator signed in. The
// rules of what may be saved belong to the packages that keep the records; the
// handlers show what they say at the field they say it of.
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

// Account is what a user is told from others by, on pages that list them.
func Account(u users.User) locales.Text {
	return templates.Person{Name: u.Name, Email: u.Email, Username: u.Username}.Account()
}

// A Recorder knows the administrator of a request, and records what they did.
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

// Record keeps an event as the administrator's, with where the request came
// from.
func (r Recorder) Record(c *gin.Context, e audit.Event) {
	r.Audit.Record(c.Request.Context(), r.Actor(c).Did(e))
}

// Unprocessable is the status of a form that came back (RFC 9110 §15.5.21).
const Unprocessable = http.StatusUnprocessableEntity

// Lines splits what was typed into a list, a line each.
func Lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}

// Names are what was typed one to a line: a name may have blanks and commas.
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
