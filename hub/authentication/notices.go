package authentication

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// Notices reports roles that a provider no longer lists.
type Notices struct {
	Audit  *audit.Recorder
	Raise  func(context.Context, health.Warning) error                       // on the overview
	Key    func(ctx context.Context, id string) (federation.LoginKey, error) // the login key
	Groups *groups.Service
	Log    *slog.Logger
	Now    func() time.Time
}

// noticePatience bounds the time that a sign-in waits for storing a warning.
const noticePatience = 2 * time.Second

// Roles records what happened to roles that a provider no longer lists, adds it
// to the sign-in's trace, and puts a warning on the overview. Later sign-ins in
// the same state are not recorded again.
func (h Notices) Roles(ctx context.Context, n linking.RoleNotice) {
	n.Kept, n.Taken = h.names(ctx, n.Kept), h.names(ctx, n.Taken)
	e := audit.Event{Kind: audit.RolesUnknown, Target: n.UserID, LoginKey: n.LoginKey, Ref: traces.Of(ctx).Ref()}
	pairs := []any{"kept", n.Kept, "taken", n.Taken, "day", n.Until}
	switch {
	case n.Lapsed:
		e.Kind, e.Why = audit.RolesLapsed, texts.New("roles.lapsed", pairs...)
	case len(n.Kept) == 0:
		e.Why = texts.New("roles.unknown.taken", pairs...)
	case len(n.Taken) == 0:
		e.Why = texts.New("roles.unknown", pairs...)
	default:
		e.Why = texts.New("roles.unknown.both", pairs...)
	}
	if n.First || len(n.Taken) > 0 {
		h.Audit.Record(ctx, e)
	} else {
		h.Audit.Note(ctx, e)
	}
	h.warn(ctx, n)
}

// names shows memberships by the names of their groups.
func (h Notices) names(ctx context.Context, grants []string) []string {
	shown := slices.Clone(grants)
	for i, grant := range shown {
		if id, ok := users.GroupOf(grant); ok {
			if g, err := h.Groups.Get(ctx, id); err == nil {
				shown[i] = g.Name
			}
		}
	}
	return shown
}

func (h Notices) warn(ctx context.Context, n linking.RoleNotice) {
	ctx, cancel := context.WithTimeout(lasting.Of(ctx), noticePatience)
	defer cancel()
	name := n.LoginKey
	if key, err := h.Key(ctx, n.LoginKey); err == nil {
		name = key.Name
	}
	w := health.Warning{ID: health.RolesWarning(n.LoginKey, "unknown"), About: name, URL: "/admin/providers/" + n.LoginKey, Expires: n.Until, Raised: true,
		Why: texts.New("warning.roles", "name", name, "day", n.Until), Advice: texts.New("warning.roles.do")}
	if len(n.Kept) == 0 {
		w.Why = texts.New("warning.roles.admin", "name", name)
	}
	if n.Lapsed {
		now := h.Now()
		w.ID, w.Expires = health.RolesWarning(n.LoginKey, "ended"), now.Add(30*24*time.Hour)
		w.Why = texts.New("warning.roles.ended", "name", name, "day", now)
	}
	if err := h.Raise(ctx, w); err != nil {
		h.Log.ErrorContext(ctx, "could not store a warning for the overview", "about", n.LoginKey, "error", err)
	}
}
