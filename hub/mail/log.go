package mail

import (
	"context"
	"log/slog"
)

// Log is the sender of a hub without a mail server. It logs that an email was
// not sent, and to whom. The email may contain a link that opens an account, so
// it is only shown with Console: on a hub on localhost, where only the
// developer reads the log.
type Log struct {
	Log     *slog.Logger
	Console bool
}

// Send logs the email.
func (s *Log) Send(ctx context.Context, l Message) error {
	l, err := l.Tidy()
	if err != nil || l.Void {
		return err
	}
	about := []any{"to", l.To, "subject", l.Subject}
	if s.Console {
		about = append(about, "text", l.Text)
	}
	s.Log.InfoContext(ctx, "an email was not sent because no mail server is set; set FEDHUB_MAIL_URL", about...)
	return nil
}
