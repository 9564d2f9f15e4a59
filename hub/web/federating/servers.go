package federating

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
	"github.com/fedhub/fedhub/internal/texts"
)

// standing is the connection status of another hub at this hub.
type standing struct {
	Status  clients.State `json:"status"`
	Message string        `json:"message"`
}

var standingText = map[clients.State]string{
	clients.Active:    "approved: people can sign in through this hub",
	clients.Pending:   "waiting: an administrator of this hub has to approve this server",
	clients.Refused:   "refused by an administrator of this hub",
	clients.Suspended: "suspended by an administrator of this hub",
	unknownServer:     "unknown: this hub has no record of this server, or no longer",
}

// unknownServer is the status of an unknown hub.
const unknownServer clients.State = "unknown"

// intents are the possible requests of a hub; the default is to request a connection.
var intents = map[string]func(*Handler, *gin.Context, oauth.Params, clients.Client) error{
	"":       (*Handler).introduce,
	"join":   (*Handler).introduce,
	"status": (*Handler).stands,
	"leave":  (*Handler).leaves,
}

// Servers is where another hub requests a connection, reads its status, and
// disconnects. It proves with a signed assertion that it holds the keys of the
// metadata document at its client id.
func (h *Handler) Servers(c *gin.Context) error {
	form, err := clientrequest.Form(c)
	if err != nil {
		return err
	}
	act, ok := intents[form["intent"]]
	if !ok {
		return oauth.InvalidRequest("oauth.connect.intent")
	}
	credentials, err := clientauth.ParseCredentials(clientrequest.Authorization(c), form)
	if err != nil {
		return h.stranger(c, form, err)
	}
	proved, err := h.Hubs.VerifyKey(c.Request.Context(), credentials, h.Issuer)
	if err != nil {
		return h.stranger(c, form, err)
	}
	return act(h, c, form, proved)
}

// introduce registers a hub: an invite code or its domain may approve it at
// once, else it waits for an administrator.
func (h *Handler) introduce(c *gin.Context, form oauth.Params, proved clients.Client) error {
	via, err := h.introduction(c, proved, form["invite"])
	if err != nil {
		return err
	}
	before, err := h.Clients.Lookup(c.Request.Context(), proved.ID)
	unknown := errors.Is(err, fs.ErrNotExist)
	if err != nil && !unknown {
		return err
	}
	client, err := h.Hubs.RequestConnection(c.Request.Context(), proved.ID, via)
	if errors.Is(err, hubs.ErrTooManyPending) {
		return oauth.TemporarilyUnavailable("oauth.connect.full")
	}
	if err != nil {
		return h.stranger(c, form, err)
	}
	if unknown || before.Server == nil || before.Server.State != client.Server.State {
		h.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.ServerAsked, Client: client.ID, IP: c.ClientIP(), Ref: web.Ref(c),
			Detail: map[string]string{"state": string(client.Server.State), "via": via}})
	}
	c.JSON(http.StatusOK, standing{client.Server.State, standingText[client.Server.State]})
	return nil
}

// stands returns a hub's status, and changes nothing.
func (h *Handler) stands(c *gin.Context, _ oauth.Params, proved clients.Client) error {
	state := unknownServer
	known, err := h.Clients.Lookup(c.Request.Context(), proved.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && known.Server != nil {
		state = known.Server.State
	}
	c.JSON(http.StatusOK, standing{state, standingText[state]})
	return nil
}

// leaves deletes a hub that disconnects, and what users allowed it.
func (h *Handler) leaves(c *gin.Context, _ oauth.Params, proved clients.Client) error {
	state, removed, err := h.Hubs.Leave(c.Request.Context(), proved.ID)
	if err != nil {
		return err
	}
	if state == "" {
		if err := h.Settings.ForgetClient(c.Request.Context(), proved.ID); err != nil {
			return err
		}
	}
	if removed || state != "" {
		h.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.ServerLeft, Client: proved.ID, IP: c.ClientIP(), Ref: web.Ref(c)})
	}
	if state == "" {
		state = unknownServer
	}
	c.JSON(http.StatusOK, standing{state, standingText[state]})
	return nil
}

// introduction is the reason to approve a hub at once: an invite, which is used
// up, or its domain.
func (h *Handler) introduction(c *gin.Context, server clients.Client, invite string) (string, error) {
	known, err := h.Clients.Lookup(c.Request.Context(), server.ID)
	if err == nil && known.Server != nil && known.Server.State != clients.Pending {
		return "", nil // already decided; the invite stays unused
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if invite != "" {
		_, err := h.Invites.Redeem(c.Request.Context(), invite)
		if errors.Is(err, fs.ErrNotExist) {
			return "", oauth.AccessDenied("oauth.connect.invite")
		}
		return clients.ViaInvite, err
	}
	current, err := h.Settings.Current(c.Request.Context())
	if err != nil {
		return "", err
	}
	if hubs.DomainAllows(current.ServerDomains, server.Server.Host) {
		return clients.ViaDomain, nil
	}
	return "", nil
}

// stranger responds to a hub that could not prove its identity.
func (h *Handler) stranger(c *gin.Context, form oauth.Params, err error) error {
	var refused *clientauth.AuthError
	var document *metadatadoc.Error
	switch {
	case errors.As(err, &refused) && refused.Code == clientauth.InvalidRequest:
		return oauth.Refuse("invalid_request", refused.Why).Because(err)
	case errors.As(err, &refused):
		h.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.ClientRefused, Client: clientrequest.Clip(form["client_id"]), IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("client.refused", "why", refused.Reason())})
		e := oauth.Refuse("invalid_client", refused.Why).Because(err)
		e.Status = http.StatusUnauthorized
		return e
	case errors.As(err, &document):
		return oauth.InvalidRequest("oauth.document.hub", "cause", document).Because(err)
	}
	return err
}
