package mail

import (
	"context"
	"log/slog"
)

// Log is the sender of a hub without a mail server. It writes down that a
// email was not sent, and to whom. The email itself may hold a link by which
// an account is opened, so it is shown only where Console says that whoever
// reads the log is the one person there is: on a hub on localhost.
type Log struct {
	Log     *slog.Logger
	Console bool
}

// Send logs.
func (s *Log) Send(ctx context.Context, l Message) error {
	l, err := l.tidy()
	if err != nil {
		return err
	}
	about := []any{"to", l.To, "subject", l.Subject}
	if s.Console {
		about = append(about, "text", l.Text)
	}
	s.Log.InfoContext(ctx, "an email was not sent because no mail server is set; set FEDHUB_MAIL_URL", about...)
	return nil
}
