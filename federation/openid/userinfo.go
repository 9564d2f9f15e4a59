package openid

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/fedhub/fedhub/federation"
)

// profile returns the userinfo document.
func (c *Connector) profile(ctx context.Context, doc Discovery, claims object, got tokens) (object, error) {
	answer, err := c.line.Resource(ctx, doc.UserinfoEndpoint, got.Access)
	switch {
	case err != nil:
		return nil, c.fault(federation.Untrusted, fmt.Errorf("get the userinfo: %w", err))
	case answer.Status >= 500:
		return nil, c.faultf(federation.Unreachable, "the userinfo endpoint answered %d", answer.Status)
	case answer.Status != http.StatusOK:
		return nil, c.faultf(federation.Untrusted, "the userinfo endpoint answered %d", answer.Status)
	}
	profile, err := parseUserinfo(answer.Type, answer.Body, claims.Loose("sub"))
	if err != nil {
		return nil, c.faultf(federation.Untrusted, "the userinfo: %w", err)
	}
	return profile, nil
}

// parseUserinfo reads a userinfo document about one subject. A document about
// somebody else is an attack or a defect, and nothing in it counts (Core §5.3.2).
func parseUserinfo(contentType string, body []byte, subject string) (object, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.EqualFold(media, "application/json") {
		return nil, fmt.Errorf("it is not JSON") // Core §5.3.2; we did not register for a signed one
	}
	profile, err := parseObject(body)
	if err != nil {
		return nil, err
	}
	about, err := profile.Text("sub")
	if err != nil {
		return nil, err
	}
	if about == "" || about != subject {
		return nil, fmt.Errorf("it is about another subject than the id_token")
	}
	return profile, nil
}
