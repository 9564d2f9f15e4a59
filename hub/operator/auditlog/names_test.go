package auditlog

import (
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
)

func TestWhatAnActorIs(t *testing.T) {
	for name, tt := range map[string]struct {
		e    audit.Event
		want Party
	}{
		"a user":                     {audit.Event{Kind: audit.SignOut, Actor: "1", Client: "w"}, Party{Kind: User, ID: "1"}},
		"the schedule":               {audit.Event{Kind: audit.AuditCleared, Actor: "schedule"}, Party{Kind: Hub}},
		"a provider":                 {audit.Event{Kind: audit.RolesChanged, Actor: "provider"}, Party{Kind: Upstream}},
		"a link in an email":         {audit.Event{Kind: audit.LinkUndone, Actor: "letter"}, Party{Kind: Email}},
		"an app that trades a token": {audit.Event{Kind: audit.Exchanged, Actor: "a", Client: "b"}, Party{Kind: Application, ID: "a"}},
		"an app with its own token":  {audit.Event{Kind: audit.TokenRevoked, Actor: "a", Client: "a"}, Party{Kind: Application, ID: "a"}},
		"nobody":                     {audit.Event{Kind: audit.SignInFailed}, Party{}},
	} {
		if got := actor(tt.e); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
}
