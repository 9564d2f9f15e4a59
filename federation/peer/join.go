package peer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/openid"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// The purposes of a request to the connection endpoint.
const (
	intentStatus = "status"
	intentLeave  = "leave"
)

// Join posts our connection request to the other hub, with an invite if we have
// one, and reads the status. Repeating it is safe.
func (c *Connector) Join(ctx context.Context, invite string) (federation.ConnectionRequest, error) {
	form := url.Values{}
	if invite != "" {
		form.Set("invite", invite)
	}
	join, err := c.ask(ctx, form)
	return join.ConnectionRequest, err
}

// Standing reads our status without requesting anything, so a hub that was
// removed there stays removed.
func (c *Connector) Standing(ctx context.Context) (federation.ConnectionRequest, error) {
	join, err := c.ask(ctx, url.Values{"intent": {intentStatus}})
	if join.unheard {
		// A failed authentication is not a decision about us.
		join.Status = federation.NoAnswer
	}
	return join.ConnectionRequest, err
}

// Leave notifies the other hub that we disconnect, while it can still read our
// metadata document to verify the sender.
func (c *Connector) Leave(ctx context.Context) error {
	answer, err := c.ask(ctx, url.Values{"intent": {intentLeave}})
	if err == nil && (answer.unheard || answer.Status == federation.Unsupported) {
		err = c.fault(federation.Misconfigured, "it refused our disconnection: %s", answer.Said)
	}
	return err
}

// standing is an answer; unheard says that the request itself was refused.
type standing struct {
	federation.ConnectionRequest
	unheard bool
}

func (c *Connector) ask(ctx context.Context, form url.Values) (standing, error) {
	doc, err := c.Discover(ctx)
	if err != nil {
		return standing{}, err
	}
	if doc.ServersEndpoint == "" {
		join := c.joined(federation.Unsupported, "")
		if doc.Registers {
			join.Why = c.text("join.unsupported.apps")
		}
		return standing{ConnectionRequest: join}, nil
	}
	assertion, err := c.assertion(ctx, doc)
	if err != nil {
		return standing{}, err
	}
	for name, value := range openid.AssertionForm(assertion) {
		form[name] = value
	}
	form.Set("client_id", c.clientID())
	answer, err := c.PostForm(ctx, doc.ServersEndpoint, form)
	if err != nil {
		return standing{}, err
	}
	return c.read(answer)
}

// read understands {"status", "message"}, and an OAuth error (RFC 6749 §5.2) if
// the other hub could not authenticate us.
func (c *Connector) read(answer upstreamhttp.Answer) (standing, error) {
	var said struct {
		Status      string `json:"status"`
		Message     string `json:"message"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if answer.Status >= 500 {
		return standing{}, c.fault(federation.Unreachable, "its connection endpoint answered %d", answer.Status)
	}
	if err := jsonx.Unmarshal(answer.Body, &said); err != nil {
		return standing{}, c.fault(federation.Untrusted, "its connection endpoint answered %d without JSON", answer.Status)
	}
	if said.Error != "" {
		join := c.joined(federation.Refused, said.Description)
		join.Why = c.rejected(said.Error)
		return standing{join, true}, nil
	}
	status, known := map[string]federation.JoinStatus{
		"pending": federation.Requested, "active": federation.Active,
		"refused": federation.Refused, "suspended": federation.Suspended, "unknown": federation.Removed,
	}[said.Status]
	if !known || answer.Status >= http.StatusMultipleChoices {
		return standing{}, c.fault(federation.Untrusted, "its connection endpoint answered %d without a known status", answer.Status)
	}
	return standing{ConnectionRequest: c.joined(status, said.Message)}, nil
}

func (c *Connector) fault(kind federation.FaultKind, format string, args ...any) error {
	return federation.NewFault(kind, c.key.Name, fmt.Errorf(format, args...))
}

// text is a sentence about the other hub.
func (c *Connector) text(code string) texts.Text { return texts.New(code, "name", c.key.Name) }

// answers are our sentences for the other hub's decisions.
var answers = map[federation.JoinStatus]string{
	federation.Requested:   "join.requested",
	federation.Active:      "join.active",
	federation.Refused:     "join.refused",
	federation.Suspended:   "join.suspended",
	federation.Removed:     "join.removed",
	federation.Unsupported: "join.unsupported",
}

// joined returns our sentence for a status; the other hub's own text is kept
// beside it.
func (c *Connector) joined(status federation.JoinStatus, said string) federation.ConnectionRequest {
	return federation.ConnectionRequest{Status: status, Why: c.text(answers[status]), Said: federation.CleanText(said, 300)}
}

// rejected explains why the request was refused. Usually the other hub cannot
// read our documents.
func (c *Connector) rejected(code string) texts.Text {
	switch code {
	case "invalid_client", "invalid_client_metadata":
		return texts.New("join.unchecked", "name", c.key.Name, "address", c.clientID())
	case "access_denied", "invalid_grant", "invalid_request":
		return c.text("join.unaccepted")
	case "temporarily_unavailable", "slow_down":
		return c.text("join.busy")
	}
	return c.text("join.rejected")
}
