package web

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// notices are the messages about the previous request that a page may show, by the
// word in ?done= of its redirect. The messages are fixed, so that a link cannot put
// other text on our pages.
var notices = map[string]locales.Text{
	"rotated":            locales.Say("notice.rotated"),
	"saved":              locales.Say("notice.saved"),
	"decided":            locales.Say("notice.decided"),
	"unmoved":            locales.Say("notice.unmoved"),
	"added":              locales.Say("notice.added"),
	"enabled":            locales.Say("notice.enabled"),
	"disabled":           locales.Say("notice.disabled"),
	"removed":            locales.Say("notice.removed"),
	"left":               locales.Say("notice.left"),
	"untold":             locales.Say("notice.untold"),
	"forgotten":          locales.Say("notice.forgotten"),
	"signedout":          locales.Say("notice.signedout"),
	"approved":           locales.Say("notice.approved"),
	"refused":            locales.Say("notice.refused"),
	"allowed":            locales.Say("notice.allowed"),
	"denied":             locales.Say("notice.denied"),
	"suspended":          locales.Say("notice.suspended"),
	"resumed":            locales.Say("notice.resumed"),
	"asked":              locales.Say("notice.asked"),
	"tried":              locales.Say("notice.tried"),
	"setup":              locales.Say("notice.setup"),
	"unlinked":           locales.Say("notice.unlinked"),
	"undone":             locales.Say("notice.undone"),
	"shut":               locales.Say("notice.shut"),
	"letin":              locales.Say("notice.letin"),
	"ended":              locales.Say("notice.ended"),
	"sent":               locales.Say("notice.sent"),
	"welcome":            locales.Say("notice.welcome"),
	"invited":            locales.Say("notice.invited"),
	"let-in":             locales.Say("notice.approved-user"),
	"kept-out":           locales.Say("notice.refused-user"),
	"withdrawn":          locales.Say("notice.withdrawn"),
	"mailed":             locales.Say("notice.mailed"),
	"verified":           locales.Say("notice.verified"),
	"password":           locales.Say("notice.password"),
	"second-reset":       locales.Say("notice.second-reset"),
	"app-set":            locales.Say("notice.app-set"),
	"untrusted":          locales.Say("notice.untrusted"),
	"app-removed":        locales.Say("notice.app-removed"),
	"linked":             locales.Say("notice.linked"),
	"passkey":            locales.Say("notice.passkey"),
	"deletion-cancelled": locales.Say("notice.deletion-cancelled"),
	"kept":               locales.Say("notice.kept"),
	"session-ended":      locales.Say("notice.session-ended"),
	"group-added":        locales.Say("notice.group-added"),
	"group-removed":      locales.Say("notice.group-removed"),
	"member-added":       locales.Say("notice.member-added"),
	"member-removed":     locales.Say("notice.member-removed"),
	"unkeyed":            locales.Say("notice.unkeyed"),
}

// endedBy reads from the redirect how many sessions and connections have ended.
func endedBy(c *gin.Context) (n templates.SignedIn, err error) {
	if n.Sessions, err = strconv.Atoi(c.Query("sessions")); err == nil {
		n.Connections, err = strconv.Atoi(c.Query("connections"))
	}
	return n, err
}

func notice(c *gin.Context) templates.Note {
	text := notices[c.Query("done")]
	if text.IsZero() {
		return templates.Note{}
	}
	if n, err := endedBy(c); err == nil {
		text = text.Then(n.Ended())
	}
	return templates.Note{Tone: "ok", Text: text}
}
