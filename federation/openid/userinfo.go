package openid

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
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
	profile, err := c.readUserinfo(ctx, doc, claims, answer)
	if err != nil {
		return nil, c.fault(federation.Untrusted, fmt.Errorf("the userinfo: %w", err))
	}
	return profile, nil
}

// errNotTheirs marks errors of an answer that may be forged, or is about
// another user. It always fails the sign-in, whatever was requested.
var errNotTheirs = errors.New("it is not a valid answer about this user")

// readUserinfo reads an answer of either form. A signed one must be signed by
// the provider's keys and algorithms, and name the provider and us (Core
// §5.3.2).
func (c *Connector) readUserinfo(ctx context.Context, doc Discovery, claims object, answer upstreamhttp.Answer) (object, error) {
	if media, _, err := mime.ParseMediaType(answer.Type); err != nil || media != "application/jwt" {
		return parseUserinfo(answer.Type, answer.Body, claims.Loose("sub"))
	}
	issuer := c.issuerOf(doc, claims)
	profile, _, err := c.opened(ctx, userinfoPolicy(), doc, doc.UserinfoAlgs, string(answer.Body), func(object) string { return issuer })
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotTheirs, err)
	}
	return about(profile, claims.Loose("sub"))
}

// parseUserinfo reads a plain userinfo document about one subject.
func parseUserinfo(contentType string, body []byte, subject string) (object, error) {
	if !reading.IsJSON(contentType) {
		return nil, errors.New("it is neither JSON nor signed")
	}
	profile, err := parseObject(body)
	if err != nil {
		return nil, err
	}
	return about(profile, subject)
}

// about checks the subject of a document. A document about another subject is
// an attack or a defect, and nothing of it is used (Core §5.3.2).
func about(profile object, subject string) (object, error) {
	if said := profile.Loose("sub"); said == "" || said != subject {
		return nil, fmt.Errorf("%w: it is about another subject than the id_token", errNotTheirs)
	}
	return profile, nil
}
