package outbox

import (
	"context"

	"github.com/fedhub/fedhub/hub/mail"
)

// Why an email was given up.
const (
	Expired    = "expired"    // the mail server did not accept it in time
	Refused    = "refused"    // the mail server refused it
	NoMailbox  = "no mailbox" // the mail server refused its recipient
	Unreadable = "unreadable" // it was sealed with another FEDHUB_SECRET_KEY
)

// GivenUp describes an email that is not sent.
type GivenUp struct {
	Code  string // why
	Email string // its code; empty if it cannot be read
	Tries int
	Last  string // code of the last failure: of the mail server, or "unreachable"
}

func refusedBy(f *mail.Failure) string {
	if f.Recipient {
		return NoMailbox
	}
	return Refused
}

// giveUp deletes an email that is not sent, and reports it without its text.
func (s *Service) giveUp(ctx context.Context, e Entry, m mail.Message, why string, cause error) {
	tries := e.Tries
	if why == Expired {
		tries-- // the last one was none
	}
	s.Log.ErrorContext(ctx, "could not send an email", "to", m.To, "email", m.Code, "why", why, "tries", tries, "last", e.Failed, "error", cause)
	s.remove(ctx, e.ID)
	if s.GivenUp != nil {
		s.GivenUp(ctx, GivenUp{Code: why, Email: m.Code, Tries: tries, Last: e.Failed})
	}
}
