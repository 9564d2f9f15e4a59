package admin

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// the form's names for the fields of a record
var clientFields = map[string]string{"name": "app_name"}

// Applications is GET /admin/clients. Federated servers have a page of their
// own.
func (d *Door) Applications(c *gin.Context) error {
	all, err := d.Clients.All(c.Request.Context())
	if err != nil {
		return err
	}
	var page templates.AdminClients
	for _, client := range all {
		if client.Server != nil {
			continue
		}
		page.Clients = append(page.Clients, templates.ClientRow{
			ID: client.ID, Name: client.Name, Type: string(client.Type), State: clientState(client)})
	}
	slices.SortFunc(page.Clients, func(a, b templates.ClientRow) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return d.Edge.Show(c, http.StatusOK, page)
}

func clientState(c clients.Client) templates.Chip {
	if c.Disabled {
		return templates.Chip{Text: "Off"}
	}
	return templates.Chip{Tone: "ok", Text: "Active"}
}

// NewApplication is GET /admin/clients/new.
func (d *Door) NewApplication(c *gin.Context) error {
	kind := c.Query("type")
	if kind == "" {
		kind = string(clients.Web)
	}
	return d.Edge.Show(c, http.StatusOK, templates.AdminClientNew{Type: kind})
}

// AddApplication is POST /admin/clients. A confidential client gets its first
// secret along with it.
func (d *Door) AddApplication(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	client, err := d.Clients.Add(c.Request.Context(), clients.Client{
		Name:          form["app_name"],
		Type:          clients.Type(form["type"]),
		RedirectURIs:  lines(form["redirect_uris"]),
		RefreshTokens: form["type"] != string(clients.Service),
		CreatedBy:     d.by(c),
	})
	if wrong, ok := mistakes(err, clientFields); ok {
		return d.Edge.Show(c, unprocessable, templates.AdminClientNew{Type: form["type"], Name: form["app_name"], RedirectURIs: form["redirect_uris"], Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.ClientAdded, Client: client.ID, Target: client.Name})
	if client.Public() {
		return web.SeeOther(c, clientPath(client.ID)+"?done=added")
	}
	return d.showSecret(c, client, 0)
}

func clientPath(id string) string { return "/admin/clients/" + url.PathEscape(id) }

// Application is GET /admin/clients/{id}.
func (d *Door) Application(c *gin.Context) error {
	client, err := d.application(c)
	if err != nil {
		return err
	}
	return d.showApplication(c, http.StatusOK, client, formOf(client), nil)
}

// application is the client that the address names. Servers are not found
// here: what may be changed about them is another matter.
func (d *Door) application(c *gin.Context) (clients.Client, error) {
	client, err := d.Clients.Lookup(c.Request.Context(), c.Param("id"))
	if err == nil && client.Server != nil {
		err = fs.ErrNotExist
	}
	return client, err
}

// formOnApplication is a form about the client that the address names.
func (d *Door) formOnApplication(c *gin.Context) (map[string]string, clients.Client, error) {
	form, err := web.Form(c)
	if err != nil {
		return nil, clients.Client{}, err
	}
	client, err := d.application(c)
	return form, client, err
}

func (d *Door) showApplication(c *gin.Context, status int, client clients.Client, form templates.ClientForm, wrong []templates.Mistake) error {
	page := templates.AdminClient{
		ID: client.ID, Name: client.Name, Type: string(client.Type), State: clientState(client),
		Created: client.Created, Updated: client.Updated, Public: client.Public(),
		Issuer: d.Issuer, Endpoints: d.endpoints(), Form: form, Mistakes: wrong, Lives: secretLives(),
	}
	for _, s := range client.Secrets {
		page.Secrets = append(page.Secrets, templates.SecretRow{ID: s.ID, Hint: s.Hint, Created: s.Created,
			Expires: s.Expires, LastUsed: s.LastUsed, Expired: !s.Active(d.Now())})
	}
	return d.Edge.Show(c, status, page)
}

func (d *Door) endpoints() []templates.Pair {
	return []templates.Pair{
		{Name: "Discovery", Value: d.Issuer + "/.well-known/openid-configuration"},
		{Name: "Authorize URL", Value: d.Issuer + "/oauth2/authorize"},
		{Name: "Access Token URL", Value: d.Issuer + "/oauth2/token"},
		{Name: "User information", Value: d.Issuer + "/oauth2/userinfo"},
		{Name: "Keys (JWKS)", Value: d.Issuer + "/oauth2/jwks"},
		{Name: "Sign out", Value: d.Issuer + "/oauth2/logout"},
	}
}

func formOf(c clients.Client) templates.ClientForm {
	return templates.ClientForm{
		Name:                   c.Name,
		SkipAuthorization:      c.SkipAuthorization,
		Scopes:                 strings.Join(c.Scopes, " "),
		RedirectURIs:           strings.Join(c.RedirectURIs, "\n"),
		DefaultRedirectURI:     c.DefaultRedirectURI,
		GrantType:              c.GrantType,
		ResponseType:           c.ResponseType,
		RefreshTokens:          c.RefreshTokens,
		Type:                   string(c.Type),
		AuthMethod:             c.AuthMethod,
		AllowedRoles:           strings.Join(c.AllowedRoles, ", "),
		BackchannelLogoutURI:   c.BackchannelLogoutURI,
		PostLogoutRedirectURIs: strings.Join(c.PostLogoutRedirectURIs, "\n"),
		JWKSURI:                c.JWKSURI,
		Disabled:               c.Disabled,
	}
}

// SaveApplication is POST /admin/clients/{id}.
func (d *Door) SaveApplication(c *gin.Context) error {
	form, client, err := d.formOnApplication(c)
	if err != nil {
		return err
	}
	typed := templates.ClientForm{
		Name: form["app_name"], SkipAuthorization: form["skip_authorization"] != "", Scopes: form["scopes"],
		RedirectURIs: form["redirect_uris"], DefaultRedirectURI: form["default_redirect_uri"],
		GrantType: form["grant_type"], ResponseType: form["response_type"], RefreshTokens: form["refresh_tokens"] != "",
		Type: form["type"], AuthMethod: form["auth_method"], AllowedRoles: form["allowed_roles"],
		BackchannelLogoutURI: form["backchannel_logout_uri"], PostLogoutRedirectURIs: form["post_logout_redirect_uris"],
		JWKSURI: form["jwks_uri"], Disabled: form["disabled"] != "",
	}
	err = d.Clients.Update(c.Request.Context(), client.ID, func(stored *clients.Client) error {
		apply(typed, stored)
		return nil
	})
	if wrong, ok := mistakes(err, clientFields); ok {
		return d.showApplication(c, unprocessable, client, typed, wrong)
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.ClientChanged, Client: client.ID, Target: typed.Name})
	return web.SeeOther(c, clientPath(client.ID)+"?done=saved")
}

// apply writes what was typed; what the form does not show stays.
func apply(f templates.ClientForm, c *clients.Client) {
	c.Name = f.Name
	c.SkipAuthorization = f.SkipAuthorization
	c.Scopes = words(f.Scopes)
	c.RedirectURIs = lines(f.RedirectURIs)
	c.DefaultRedirectURI = f.DefaultRedirectURI
	c.GrantType = f.GrantType
	c.ResponseType = f.ResponseType
	c.RefreshTokens = f.RefreshTokens
	c.Type = clients.Type(f.Type)
	c.AuthMethod = f.AuthMethod
	c.AllowedRoles = commas(f.AllowedRoles)
	c.BackchannelLogoutURI = f.BackchannelLogoutURI
	c.PostLogoutRedirectURIs = lines(f.PostLogoutRedirectURIs)
	c.JWKSURI = f.JWKSURI
	c.Disabled = f.Disabled
}

// RemoveApplication is POST /admin/clients/{id}/delete: the name must be typed.
func (d *Door) RemoveApplication(c *gin.Context) error {
	form, client, err := d.formOnApplication(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(form["confirm"]) != client.Name {
		wrong := []templates.Mistake{{Field: "confirm", Text: "Type the name exactly as it is written above. Nothing was deleted."}}
		return d.showApplication(c, unprocessable, client, formOf(client), wrong)
	}
	// The grants go first: a removal that fails half-way can then be repeated.
	if err := d.Grants.RemoveClient(c.Request.Context(), client.ID); err != nil {
		return err
	}
	if err := d.Clients.Delete(c.Request.Context(), client.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.Grants.RemoveClient(c.Request.Context(), client.ID); err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.ClientRemoved, Client: client.ID, Target: client.Name})
	return web.SeeOther(c, "/admin/clients?done=removed")
}
