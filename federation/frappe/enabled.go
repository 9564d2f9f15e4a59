package frappe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/internal/jsonx"
)

const recordsOfUsers = "/api/resource/User/"

// confirm asks the site whether the user is enabled, if there is an API key for
// it, because a site renews tokens of disabled users. A missing answer means
// neither yes nor no.
func (c *Connector) confirm(ctx context.Context, id *federation.Identity) error {
	if c.siteKey == "" {
		return nil
	}
	return c.Step(ctx, "user", func(fact func(name, value string)) error {
		enabled, err := c.enabled(ctx, id.Email)
		switch {
		case errors.Is(err, context.Canceled):
			return err
		case err != nil:
			fact("enabled there", "unknown")
			fact("because", federation.CleanText(err.Error(), maxSaid))
			id.Unconfirmed = err
			return nil
		}
		fact("enabled there", fmt.Sprint(enabled))
		if !enabled {
			refusal := federation.NewRefusal(c.Key.Name, "invalid_grant", "the User is disabled at the site")
			refusal.Disabled = true
			return refusal
		}
		return nil
	})
}

// enabled reads the whole User record, named by the address: older sites ignore
// the list of fields for a single record.
func (c *Connector) enabled(ctx context.Context, name string) (bool, error) {
	if name == "" {
		return false, c.Faultf(federation.Misconfigured, "the profile has no email address, which is the name of a User")
	}
	query := url.Values{"fields": {`["enabled"]`}}
	answer, err := c.Line.ResourceAs(ctx, c.Key.BaseURL+recordsOfUsers+url.PathEscape(name)+"?"+query.Encode(), "token "+c.siteKey)
	if err != nil {
		return false, c.Fault(federation.Untrusted, fmt.Errorf("read the User: %w", err))
	}
	switch {
	case answer.Status >= 500:
		return false, c.Faultf(federation.Unreachable, "the site answered %d for the User", answer.Status)
	case answer.Status == http.StatusUnauthorized:
		return false, c.Faultf(federation.Misconfigured, "the site does not accept the API key (401)")
	case answer.Status == http.StatusForbidden:
		return false, c.Faultf(federation.Misconfigured, "the owner of the API key has no permission to read Users at the site (403)")
	case answer.Status != http.StatusOK, !reading.IsJSON(answer.Type):
		return false, c.Faultf(federation.Untrusted, "the site answered %d with %q for the User", answer.Status, federation.CleanText(answer.Type, 100))
	}
	var said struct {
		Data struct {
			Enabled jsonx.Value `json:"enabled"`
		} `json:"data"`
	}
	if err := jsonx.Unmarshal(answer.Body, &said); err != nil {
		return false, c.Fault(federation.Untrusted, fmt.Errorf("the User: %w", err))
	}
	switch string(said.Data.Enabled) {
	case "1":
		return true, nil
	case "0":
		return false, nil
	}
	return false, c.Faultf(federation.Untrusted, "the User does not say whether it is enabled")
}
