package admin_test

import (
	"sync"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// An act is an operation on a hub, with its name and all audit events that it
// must cause.
type act[S stage] struct {
	name string
	do   func(t *testing.T, s S)
}

// topics are the tables of acts. The acts of a table share a stage and run in
// order; the tables are independent.
var topics = []struct {
	name string
	play func(t *testing.T) (acts int)
}{
	{"commands", on(newCommands, commandActs)},
	{"imports", on(newCommands, importActs)},
	{"apps", on(newOffice, appActs)},
	{"people", on(newOffice, peopleActs)},
	{"keys and hubs", on(newOffice, keyActs)},
	{"settings", on(newOffice, settingActs)},
	{"sites", on(alone, siteActs)},
	{"account", on(newMailing, accountActs)},
	{"sign-in", on(newMailing, signInActs)},
	{"second factor", on(newMailing, secondActs)},
	{"upstream", on(alone, upstreamActs)},
	{"linking", on(alone, linkingActs)},
	{"ties", on(alone, tieActs)},
	{"token", on(newCounter, tokenActs)},
	{"registration", on(alone, registrationActs)},
	{"between hubs", on(alone, hubActs)},
	{"sign-out", on(alone, signOutActs)},
}

// A stage is shared by the acts of one table.
type stage interface{ PlayedBy(t *testing.T) }

// on runs the acts of a table on one stage, and returns how many were skipped.
func on[S stage](set func(*testing.T) S, acts []act[S]) func(*testing.T) int {
	return func(t *testing.T) int {
		s, left := set(t), len(acts)
		for _, a := range acts {
			t.Run(a.name, func(t *testing.T) {
				left--
				s.PlayedBy(t)
				a.do(t, s)
			})
		}
		return left
	}
}

// bare is the stage of acts that make worlds of their own.
type bare struct{}

func (bare) PlayedBy(*testing.T) {}

func alone(t *testing.T) bare {
	t.Parallel()
	return bare{}
}

// Every operation worth an audit event causes exactly the expected events, with
// actor, target, details and outcome. The table reaches every place in the code
// that records an event, so a lost one fails the test.
func TestEveryActIsOnRecord(t *testing.T) {
	var mu sync.Mutex
	var left int
	t.Run("acts", func(t *testing.T) {
		for _, topic := range topics {
			left++
			t.Run(topic.name, func(t *testing.T) {
				missed := topic.play(t)
				mu.Lock()
				defer mu.Unlock()
				left += missed - 1
			})
		}
	})
	if left > 0 || t.Failed() {
		return // -run selected a part of the table, or a test failed already
	}
	hubtest.Reached.Check(t)
}
