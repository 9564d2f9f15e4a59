package apps

import (
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/templates"
)

// habitsOf is what an application was seen to do where it has a choice.
func habitsOf(c clients.Client) []templates.Habit {
	var seen []templates.Habit
	for _, h := range []struct {
		text string
		last time.Time
	}{
		{"Sent its secret in the Authorization header", c.Habits.Header},
		{"Sent its secret in the body", c.Habits.Body},
		{"Used PKCE", c.Habits.Challenge},
		{"Left PKCE out, with a nonce", c.Habits.Nonce},
		{"Left out PKCE and nonce", c.Habits.Neither},
	} {
		if !h.last.IsZero() {
			seen = append(seen, templates.Habit{Text: h.text, Last: h.last})
		}
	}
	return seen
}
