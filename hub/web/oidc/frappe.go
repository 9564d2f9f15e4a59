package oidc

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
)

// RevokeForSite is Revoke with the response body of a Frappe provider.
func (d *Handler) RevokeForSite(c *gin.Context) error {
	if err := d.Revoke(c); err != nil {
		return err
	}
	c.JSON(http.StatusOK, struct{}{})
	return nil
}

// IntrospectForSite is Introspect with a Frappe provider's additions for its
// own clients: whether consent is asked, and who the user is. Unlike Frappe, it
// requires credentials, and reveals nothing about an expired token.
func (d *Handler) IntrospectForSite(c *gin.Context) error {
	client, token, found, err := d.inspected(c)
	if err != nil {
		return err
	}
	if client.Frappe == nil || !found.Active {
		return d.introspected(c, client, found)
	}
	answer, err := d.withPerson(c, client, token, found)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, answer)
	return nil
}

func (d *Handler) withPerson(c *gin.Context, client clients.Client, token string, found introspection) (map[string]any, error) {
	text, err := json.Marshal(found)
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	answer["trusted_client"] = 0
	if client.SkipAuthorization {
		answer["trusted_client"] = 1
	}
	scopes, err := oauth.ParseScope(found.Scope)
	if err != nil || !oauth.Covers(scopes, []string{"openid"}) {
		return answer, err
	}
	h, err := d.Tokens.Inspect(c.Request.Context(), token)
	if err != nil {
		return answer, nil //nolint:nilerr // a refresh token, or one that ended a moment ago
	}
	for name, value := range d.Tokens.SiteClaims(client, h) {
		if _, taken := answer[name]; !taken {
			answer[name] = value
		}
	}
	return answer, nil
}
