// Package admin is what operators use: applications, login keys, the servers
// that federate, and the provider's settings.
//
// Its routes are guarded: there is always an administrator signed in. The
// rules of what may be saved belong to the packages that keep the records; the
// handler shows what they say at the field they say it of.
package admin

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/sitesetup"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// A Handler shows and changes what administrators manage.
type Handler struct {
	Issuer         string
	Clients        *clients.Registry
	Initials       clients.InitialTokens
	Invites        *clients.Invites
	Upstreams      *federation.Registry
	Sessions       *sessions.Service
	Users          *users.Service
	MailLinks      *maillinks.Service
	UpstreamTokens *upstreamtokens.Service
	Grants         *grants.Service
	Logouts        *logouts.Service
	Health         *health.Service
	Monitor        *health.Monitor
	Signing        *signing.Service
	Settings       *settings.Service
	Audit          *audit.Recorder
	Traces         *traces.Service
	SiteSetups     *sitesetup.Service
	Responder      *web.Responder
	HTTP           *http.Client // guarded
	Now            func() time.Time

	// Callback and ClientMetadata are this hub's addresses at an upstream.
	Callback       func(keyID string) string
	ClientMetadata func(keyID string) string
}

// by names the administrator in records.
func (d *Handler) by(c *gin.Context) string {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return ""
	}
	return p.User.Email
}

func (d *Handler) record(c *gin.Context, e audit.Event) {
	if p, err := d.Sessions.Current(c.Request); err == nil {
		e.Actor = p.User.ID
	}
	e.IP, e.Ref = c.ClientIP(), web.Ref(c)
	d.Audit.Record(c.Request.Context(), e)
}

// mistakes turns the problems of a record into those of a form; ok is false
// for every other error. rename says what the form calls a field.
func mistakes(err error, rename map[string]string) (out []templates.Mistake, ok bool) {
	add := func(field, text string) {
		if name, found := rename[field]; found {
			field = name
		}
		out = append(out, templates.Mistake{Field: field, Text: text})
	}
	var ofClient clients.Problems
	var ofKey federation.Problems
	var ofSettings settings.Problems
	switch {
	case errors.As(err, &ofClient):
		for _, p := range ofClient {
			add(p.Field, p.Text)
		}
	case errors.As(err, &ofKey):
		for _, p := range ofKey {
			add(p.Field, p.Text)
		}
	case errors.As(err, &ofSettings):
		for _, p := range ofSettings {
			add(p.Field, p.Text)
		}
	}
	return out, len(out) > 0
}

// unprocessable is the status of a form that came back (RFC 9110 §15.5.21).
const unprocessable = http.StatusUnprocessableEntity

// lines and words split what was typed into a list.
func lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}

func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

func commas(s string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.NewReplacer("\r", ",", "\n", ",").Replace(s), ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
