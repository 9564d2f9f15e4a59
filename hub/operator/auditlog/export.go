package auditlog

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/texts"
)

// exportRead is how many events an export reads at once.
const exportRead = 500

// ExportAudit writes the events of a filter to a file, the newest first, and
// records that. pause, if set, is called after each part.
func (s *Log) ExportAudit(ctx context.Context, by audit.Actor, f audit.Filter, format string, words texts.Words, to io.Writer, pause func() error) error {
	w, err := NewWriter(to, format, words)
	if err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.AuditExported, Detail: selected(f, format)}))
	for before, first := "", true; first || before != ""; first = false {
		found, next, err := s.part(ctx, f, before)
		if err != nil {
			return err
		}
		for _, e := range found {
			if err := w.Write(e); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if pause != nil {
			if err := pause(); err != nil {
				return err
			}
		}
		before = next
	}
	return nil
}

// partLimit is how long the reading of a part may take. A long file takes longer
// than a request may; it ends when its reader is gone.
const partLimit = 10 * time.Second

func (s *Log) part(ctx context.Context, f audit.Filter, before string) (found []audit.Event, next string, err error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, "", ctx.Err()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), partLimit)
	defer cancel()
	return s.parts.Audit.Search(ctx, f, before, exportRead)
}

// selected is what an export contains, for the record.
func selected(f audit.Filter, format string) map[string]string {
	detail := map[string]string{"format": format}
	for name, value := range map[string]string{"what": f.What, "actor": f.Actor, "target": f.Target, "client": f.Client, "loginKey": f.LoginKey, "ip": f.IP, "ref": f.Ref} {
		if value != "" {
			detail[name] = value
		}
	}
	for name, at := range map[string]time.Time{"from": f.From, "until": f.Until} {
		if !at.IsZero() {
			detail[name] = at.UTC().Format(time.RFC3339)
		}
	}
	return detail
}
