package frappe

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// no interprets an unexpected answer of a site as a refusal, or returns nil.
//
// There are four forms: an error code with an error_description, the same with
// a description, the name of an exception, and a page.
func (c *Connector) no(answer upstreamhttp.Answer) error {
	document, err := reading.Parse(answer.Body)
	isJSON := err == nil && reading.IsJSON(answer.Type)
	said := func(name string) string { return document.Text(name, maxSaid) }
	switch {
	case answer.Status == http.StatusOK && isJSON && said("error") == "" && said("exc_type") == "":
		return nil
	case isJSON && said("error") != "":
		text := said("error_description")
		if text == "" {
			text = said("description")
		}
		return federation.NewRefusal(c.Key.Name, said("error"), without(c.Secret, text))
	case isJSON && said("exc_type") != "":
		return c.exception(answer.Status, said("exc_type"), without(c.Secret, words(document)))
	case answer.Status >= 500:
		return c.Faultf(federation.Unreachable, "the site answered %d", answer.Status)
	case answer.Status >= 300 && answer.Status < 400:
		return c.Faultf(federation.Untrusted, "the site redirected the request (%d); enter the site's real address", answer.Status)
	case !isJSON:
		return c.Faultf(federation.Untrusted, "the site answered %d with %q instead of JSON; check that a Frappe site is at this address", answer.Status, federation.CleanText(answer.Type, 100))
	}
	return c.Faultf(federation.Untrusted, "the site answered %d without an error code", answer.Status)
}

// exception finds the RFC 6749 code for an exception of the framework. A
// missing record, or one that a guest may not see, is either our client or the
// token that was sent.
func (c *Connector) exception(status int, kind, text string) error {
	described := kind + ": " + text
	absent := kind == "DoesNotExistError" || kind == "PermissionError"
	switch {
	case absent && strings.Contains(text, "OAuth Client"):
		return federation.NewRefusal(c.Key.Name, "invalid_client", described)
	case absent && strings.Contains(text, "OAuth Bearer Token"):
		return federation.NewRefusal(c.Key.Name, "invalid_grant", described)
	case kind == "AuthenticationError":
		return federation.NewRefusal(c.Key.Name, "invalid_client", described)
	case status >= 500:
		return c.Faultf(federation.Unreachable, "the site answered %d, %s", status, federation.CleanText(described, maxSaid))
	}
	return c.Faultf(federation.Untrusted, "the site answered %d, %s", status, federation.CleanText(described, maxSaid))
}

// maxSaid bounds what is kept of a site's text, in bytes.
const maxSaid = 300

// words are the messages of an exception. The traceback of an older site is
// ignored, because it may contain anything from the site's memory.
func words(document reading.Document) string {
	text := document.Text("_error_message", maxSaid)
	list := document.Exact("_server_messages")
	var messages []string
	if len(list) > maxMessages || jsonx.Unmarshal([]byte(list), &messages) != nil {
		return text
	}
	for _, m := range messages {
		var message struct {
			Message string `json:"message"`
		}
		if jsonx.Unmarshal([]byte(m), &message) == nil {
			text += " " + message.Message
		}
	}
	return federation.CleanText(text, maxSaid)
}

const maxMessages = 16 << 10 // bytes

// tokenLike matches the form of a code or a token. An older site answers an
// unknown refresh token with that token (FE-48).
var tokenLike = regexp.MustCompile(`[0-9A-Za-z_-]{20,}`)

// without removes possible secrets from a site's text.
func without(secret, text string) string {
	if secret != "" {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return tokenLike.ReplaceAllString(text, "…")
}
