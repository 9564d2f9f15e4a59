// The consent page asks a signed-in user whether a client may have the requested
// access, and stores the answer as a grant. next.go decides whether consent is
// needed. The page issues no tokens; in both cases it redirects back to the
// authorization endpoint.

package authorize

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/templates"
)

// A ConsentHandler shows the consent page and handles its answer.
type ConsentHandler struct {
	Clients   *clients.Registry
	APIs      *apis.Service
	Flows     *flows.Service
	Sessions  *cookies.Service
	Grants    *grants.Service
	Settings  *settings.Service
	Audit     *audit.Recorder
	Responder *web.Responder
}

// asked is the data that both handlers need.
type asked struct {
	flow   flows.Flow
	client clients.Client
	person sessions.Person
}

// open finds the flow, its client and its user. Without a session the browser
// goes back to authorize, which decides the next step.
func (d *ConsentHandler) open(c *gin.Context, flowID string) (asked, error) {
	flow, err := d.Flows.Open(c.Request.Context(), flowID, d.Sessions.BoundToBrowser(c.Request))
	if err != nil {
		return asked{}, err
	}
	client, err := d.Clients.Get(c.Request.Context(), flow.Request.ClientID)
	if err != nil {
		return asked{}, err
	}
	person, err := d.Sessions.Current(c.Request)
	return asked{flow, client, person}, err
}

// Show is GET /consent.
func (d *ConsentHandler) Show(c *gin.Context) error {
	a, err := d.open(c, c.Query("flow"))
	if err == sessions.ErrNobody { //nolint:errorlint // Current returns it bare
		return web.SeeOther(c, flows.Back(a.flow.ID))
	}
	if err != nil {
		return err
	}
	already, err := d.Grants.Granted(c.Request.Context(), a.person.User.ID, a.client.ID, a.client.ConsentVersion)
	if err != nil {
		return err
	}
	custom, err := web.CustomClaims(c.Request.Context(), d.Settings, claimmap.Asked(a.client.Claims, a.flow.Request.Scopes))
	if err != nil {
		return err
	}
	web.AllowImages(c, redirecturi.OriginOf(a.client.Logo()))
	shown, err := web.ShownAccess(c.Request.Context(), d.APIs, a.client, host(a.flow.Request.RedirectURI), a.flow.Request.Scopes, a.flow.Request.Resources)
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page(a, shown, already, custom))
}

// Decide is POST /consent. The requested access comes from the flow, never from
// the form: the form only says yes or no.
func (d *ConsentHandler) Decide(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	a, err := d.open(c, form["flow"])
	if err == sessions.ErrNobody { //nolint:errorlint // Current returns it bare
		return web.SeeOther(c, flows.Back(a.flow.ID))
	}
	if err != nil {
		return err
	}
	if form["decision"] == "allow" {
		err = d.allow(c, a)
	} else {
		err = d.deny(c, a)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, flows.Back(a.flow.ID))
}

func (d *ConsentHandler) allow(c *gin.Context, a asked) error {
	_, err := d.Grants.Allow(c.Request.Context(), grants.Allowance{
		UserID:     a.person.User.ID,
		ClientID:   a.client.ID,
		Generation: a.client.ConsentVersion,
		Scopes:     a.flow.Request.Scopes,
		Extras:     authrequest.Extras(a.flow.Request, a.client),
	})
	if err != nil {
		return err
	}
	if err := d.Flows.Consent(c.Request.Context(), a.flow.ID, a.person.User.ID); err != nil {
		return err
	}
	d.record(c, a, audit.ConsentGiven)
	return nil
}

func (d *ConsentHandler) deny(c *gin.Context, a asked) error {
	if err := d.Flows.Deny(c.Request.Context(), a.flow.ID); err != nil {
		return err
	}
	d.record(c, a, audit.ConsentDenied)
	return nil
}

func (d *ConsentHandler) record(c *gin.Context, a asked, kind string) {
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: kind, Actor: a.person.User.ID, Agent: c.Request.UserAgent(), Client: a.client.ID, IP: c.ClientIP(), Ref: web.Ref(c)})
}

// page builds the consent page.
func page(a asked, shown web.Requested, already []string, custom []templates.Scope) templates.Consent {
	client := web.Shown(a.client)
	client.For = a.flow.Request.App
	p := templates.Consent{
		Client:  client,
		Flow:    a.flow.ID,
		Account: templates.Person{Name: a.person.User.Name, Email: a.person.User.Email, Username: a.person.User.Username},
		Switch:  "/signin/choose?" + url.Values{"flow": {a.flow.ID}}.Encode(),
		Origin:  origin(a.flow.Request.RedirectURI),

		Unverified: shown.Unverified,
	}
	for i, name := range a.flow.Request.Scopes {
		s := shown.Scopes[i]
		s.New = len(already) > 0 && !slices.Contains(already, name)
		p.Scopes = append(p.Scopes, s)
	}
	p.Scopes = append(p.Scopes, custom...)
	for _, name := range authrequest.Claims(a.flow.Request) {
		p.Scopes = append(p.Scopes, templates.ClaimInWords(name))
	}
	for _, api := range shown.APIs {
		p.Scopes = append(p.Scopes, api.InWords())
	}
	p.Details = details(a.flow.Request.Details)
	return p
}

// host is the host of the destination; empty for a private-use scheme.
func host(uri string) string {
	u, err := redirecturi.Parse(uri)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.HostPort()
}

// origin is the destination as shown to the user; for a private-use scheme, the scheme.
func origin(uri string) string {
	u, err := redirecturi.Parse(uri)
	switch {
	case err != nil:
		return uri
	case u.Host == "":
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.HostPort()
}
