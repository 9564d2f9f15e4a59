package registering

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/jsonx"
)

// Registration is GET of the client configuration endpoint (RFC 7592 §2.1).
func (d *Handler) Registration(c *gin.Context) error {
	client, token, err := d.registered(c)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, d.information(client, "", token))
	return nil
}

// registered is the client of the caller's registration access token.
func (d *Handler) registered(c *gin.Context) (clients.Client, string, error) {
	token, err := bearerHeader(c)
	if err != nil {
		return clients.Client{}, "", err
	}
	client, err := d.Registrations.Registered(c.Request.Context(), c.Param("id"), token)
	if errors.Is(err, fs.ErrNotExist) {
		// RFC 7592 §2: a deleted client gets the same error as an unknown one.
		return clients.Client{}, "", oauth.InvalidToken("oauth.register.access").Because(err)
	}
	if err == nil && client.Disabled {
		return clients.Client{}, "", oauth.AccessDenied("oauth.register.off")
	}
	return client, token, err
}

// UpdateMetadata is PUT of the client configuration endpoint (RFC 7592 §2.2):
// the metadata in the body replaces all earlier metadata.
func (d *Handler) UpdateMetadata(c *gin.Context) error {
	client, token, err := d.registered(c)
	if err != nil {
		return err
	}
	if err := d.sameClient(c, client); err != nil {
		return err
	}
	declared, err := d.declare(c)
	if err != nil {
		return err
	}
	if declared.ExceedsRegistration() && !client.AllowsGrant(clients.GrantCIBA) {
		return adminOnly()
	}
	before := audit.FieldsOf(client)
	client, secret, err := d.Registrations.UpdateMetadata(c.Request.Context(), client.ID, token, declared)
	if errors.Is(err, fs.ErrNotExist) {
		return oauth.InvalidToken("oauth.register.gone").Because(err)
	}
	if err != nil {
		return invalidMetadata(err)
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.ClientRedeclared, Client: client.ID, Target: client.Name, IP: c.ClientIP(), Ref: web.Ref(c),
		Changes: before.To(audit.FieldsOf(client))})
	c.JSON(http.StatusOK, d.information(client, secret, token))
	return nil
}

// sameClient checks the members that are not metadata (RFC 7592 §2.2).
func (d *Handler) sameClient(c *gin.Context, client clients.Client) error {
	body, err := jsonBody(c)
	if err != nil {
		return err
	}
	sent, err := jsonx.ParseObject(body)
	if err != nil {
		return registrationError(registration.InvalidMetadata, "the client metadata cannot be used: "+err.Error())
	}
	for _, name := range []string{"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"} {
		if _, found := sent[name]; found {
			return oauth.InvalidRequest("oauth.register.member", "name", name)
		}
	}
	var id, secret string
	if err := jsonx.Unmarshal(sent["client_id"], &id); err != nil || id != client.ID {
		return oauth.InvalidRequest("oauth.register.client_id")
	}
	if value, found := sent["client_secret"]; found {
		if err := jsonx.Unmarshal(value, &secret); err != nil || !d.Clients.HasSecret(client, secret) {
			return oauth.InvalidRequest("oauth.register.client_secret")
		}
	}
	return nil
}

// Unregister is DELETE of the client configuration endpoint (RFC 7592 §2.3). It
// also deletes users' consents for the client.
func (d *Handler) Unregister(c *gin.Context) error {
	client, _, err := d.registered(c)
	if err != nil {
		return err
	}
	if err := d.Settings.ForgetClient(c.Request.Context(), client.ID); err != nil {
		return err
	}
	if err := d.Clients.Delete(c.Request.Context(), client.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.ClientUnregistered, Client: client.ID, Target: client.Name, IP: c.ClientIP(), Ref: web.Ref(c)})
	c.Status(http.StatusNoContent)
	return nil
}
