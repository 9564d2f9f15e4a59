package admin_test

import (
	"sync"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// An act is something done to a hub, by its name, together with all that the
// audit must say about it afterwards.
type act[S stage] struct {
	name string
	do   func(t *testing.T, s S)
}

// topics are the tables of acts. Each has a stage of its own on which its acts
// are played one after another; none of them needs another one.
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

// A stage is what the acts of one table share.
type stage interface{ PlayedBy(t *testing.T) }

// on plays the acts of a table on one stage, and returns how many were left
// out.
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

// bare is the stage of acts that set up worlds of their own.
type bare struct{}

func (bare) PlayedBy(*testing.T) {}

func alone(t *testing.T) bare {
	t.Parallel()
	return bare{}
}

// Whatever is worth a record leaves exactly the records it should: who did it,
// to whom, through what, and how it ended. The table reaches every place in the
// code that records something, so none of them can be lost unnoticed.
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
		return // part of the table was asked for, or it has more to say
	}
	hubtest.Reached.Check(t)
}
