package admin

import (
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Delivery is the result of a sign-out notice in words.
func Delivery(s logouts.State) templates.Chip {
	switch s {
	case logouts.Delivered:
		return templates.Chip{Tone: "ok", Text: locales.Say("signouts.delivered")}
	case logouts.InBrowser:
		return templates.Chip{Tone: "info", Text: locales.Say("signouts.in-the-browser")}
	case logouts.Unreachable:
		return templates.Chip{Tone: "danger", Text: locales.Say("signouts.unreachable")}
	case logouts.Gone:
		return templates.Chip{Text: locales.Say("signouts.no-longer-asks")}
	}
	return templates.Chip{Tone: "warn", Text: locales.Say("signouts.retrying")}
}
