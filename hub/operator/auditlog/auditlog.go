// Package auditlog finds events of the audit log, and the names of whom and what
// they are about.
package auditlog

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/internal/emailaddr"
)

// Parts are what a Log uses.
type Parts struct {
	Audit     *audit.Recorder
	Users     *users.Service
	Groups    *groups.Service
	Clients   *clients.Registry
	Upstreams *federation.Registry
}

// A Log is the audit log, for pages and commands.
type Log struct{ parts Parts }

// New returns a log over the parts.
func New(p Parts) *Log { return &Log{p} }

// AuditEvents returns events, the newest first; see audit.Recorder.Search.
func (s *Log) AuditEvents(ctx context.Context, f audit.Filter, before string, limit int) (found []audit.Event, next string, err error) {
	return s.parts.Audit.Search(ctx, f, before, limit)
}

// AuditEvent returns one event; fs.ErrNotExist if there is none.
func (s *Log) AuditEvent(ctx context.Context, id string) (audit.Event, error) {
	return s.parts.Audit.Get(ctx, id)
}

// PartyID is the id by which events name somebody: of the user with an email
// address, which is fs.ErrNotExist if there is none, or what was given.
func (s *Log) PartyID(ctx context.Context, who string) (string, error) {
	if !strings.Contains(who, "@") {
		return who, nil
	}
	u, err := s.parts.Users.ByEmail(ctx, who)
	if errors.Is(err, emailaddr.ErrInvalid) {
		err = fs.ErrNotExist
	}
	return u.ID, err
}
