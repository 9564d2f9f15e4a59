package web

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
)

// notices are what a page may say about the request before it, by the word
// that its redirect carries as ?done=. The words are fixed, so nobody can put
// a text of their own on our pages by a link.
var notices = map[string]string{
	"rotated":   "New keys are published.",
	"saved":     "Saved.",
	"decided":   "Decided, and on record.",
	"unmoved":   "Undone. These people were signed out everywhere.",
	"added":     "Added.",
	"enabled":   "Enabled. It is on the sign-in page now, unless it has no button.",
	"disabled":  "Turned off. Nobody can sign in with it.",
	"removed":   "Removed.",
	"left":      "Removed. The other hub has been told and has forgotten this one.",
	"untold":    "Removed here. The other hub could not be told; its administrator sees under Servers that this one is gone.",
	"forgotten": "Removed. It may ask again.",
	"signedout": "That session was signed out.",
	"approved":  "Approved. People can sign in through that server now.",
	"refused":   "Refused.",
	"allowed":   "Allowed. Go back to where you started.",
	"denied":    "Denied. It was told that you said no.",
	"suspended": "Suspended. Nobody can sign in through that server until you resume it.",
	"resumed":   "Resumed.",
	"asked":     "Asked. The answer is below.",
	"tried":     "Being told now. Open this page again in a moment to see how it went.",
	"setup":     "This hub is set up. You are its administrator.",
	"unlinked":  "Disconnected. Every other browser and every app was signed out.",
	"undone":    "Undone. The person was signed out everywhere.",
	"shut":      "Disabled, and signed out everywhere.",
	"letin":     "Enabled.",
	"ended":     "Signed out everywhere.",
	"sent":      "An email is on its way.",
	"welcome":   "Your account is made, and you are signed in.",
	"invited":   "Invited. An email is on its way.",
	"withdrawn": "Withdrawn.",
	"mailed":    "An email is on its way. Open the link in it while you are signed in here.",
	"verified":  "Confirmed. The address is yours.",
	"password":  "Your password is changed. Everywhere else you were signed out.",
	"linked":    "Connected. You can sign in with it from now on.",
}

// endedBy is how much the request ended, where its redirect carries that.
func endedBy(c *gin.Context) (n templates.SignedIn, err error) {
	if n.Sessions, err = strconv.Atoi(c.Query("sessions")); err == nil {
		n.Connections, err = strconv.Atoi(c.Query("connections"))
	}
	return n, err
}

func notice(c *gin.Context) templates.Note {
	text := notices[c.Query("done")]
	if text == "" {
		return templates.Note{}
	}
	if n, err := endedBy(c); err == nil {
		text += " " + n.Ended()
	}
	return templates.Note{Tone: "ok", Text: text}
}
