package cookies

import (
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/templates"
)

// The fields of a form that asks whether to stay signed in (templates/parts/fields.html).
// A browser sends nothing for a checkbox that is not ticked, so a hidden field says
// that the form has one.
const (
	stayAsked = "stay_asked"
	stay      = "stay"
)

// StayOf is what the user chose in a form.
func StayOf(form oauth.Params) sessions.Stay {
	switch {
	case form[stay] == "1":
		return sessions.Stays
	case form[stayAsked] == "1":
		return sessions.Ends
	}
	return ""
}

// life is how long a browser keeps the cookies of a session, in seconds; 0 is until
// it closes.
func life(s sessions.Session) int {
	if s.Stays() {
		return int(sessions.Absolute.Seconds())
	}
	return 0
}

// AskToStay is the question on a sign-in page, with the answer that was chosen before
// or that the settings suggest.
func AskToStay(s settings.Settings, chosen sessions.Stay) templates.Stay {
	suggested := chosen == sessions.Stays || chosen == "" && s.StayOf() == settings.StayOn
	return templates.Stay{Asked: s.StayOf() != settings.StayNever, On: suggested}
}
