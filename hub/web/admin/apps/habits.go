package apps

import (
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// habitsOf is the observed behavior of an application where it has a choice.
func habitsOf(c clients.Client) []templates.Habit {
	var seen []templates.Habit
	for _, h := range []struct {
		text locales.Text
		last time.Time
	}{
		{locales.Say("habits.sent-its-secret-in-the"), c.Habits.Header},
		{locales.Say("habits.sent-its-secret-in-the-2"), c.Habits.Body},
		{locales.Say("habits.used-pkce"), c.Habits.Challenge},
		{locales.Say("habits.left-pkce-out-with-a"), c.Habits.Nonce},
		{locales.Say("habits.left-out-pkce-and-nonce"), c.Habits.Neither},
	} {
		if !h.last.IsZero() {
			seen = append(seen, templates.Habit{Text: h.text, Last: h.last})
		}
	}
	return seen
}
