package hub

import (
	"context"
	"strconv"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/mail/outbox"
)

func (h *Hub) newOutbox(server mail.Sender) *outbox.Service {
	return (&outbox.Service{
		Entries: h.data.Outbox, Box: h.box, Server: server, Log: h.config.Log, Now: h.config.Now, GivenUp: h.emailGivenUp,
	}).Start()
}

// emailGivenUp records that an email was not sent. The recipient is in the log
// alone: it can be any address that somebody typed. For the same reason a
// recipient without a mailbox is no warning.
func (h *Hub) emailGivenUp(ctx context.Context, g outbox.GivenUp) {
	if g.Code != outbox.NoMailbox {
		h.warnOfEmails(ctx)
	}
	h.audit.Record(ctx, audit.Event{Kind: audit.EmailGivenUp, Actor: "schedule",
		Detail: map[string]string{"email": g.Email, "why": g.Code, "tries": strconv.Itoa(g.Tries), "error": g.Last}})
}

func (h *Hub) warnOfEmails(ctx context.Context) {
	if err := h.monitor.Raise(ctx, health.EmailsNotSent()); err != nil {
		h.config.Log.ErrorContext(ctx, "could not store a warning; the next email that is not sent raises it again", "error", err)
	}
}

// SendRest sends the emails that are due, briefly, before the program ends. The
// others wait in the outbox for the next start.
func (h *Hub) SendRest(ctx context.Context) {
	if h.outbox != nil {
		h.outbox.Flush(ctx)
	}
}
