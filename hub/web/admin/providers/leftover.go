package providers

import (
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/templates"
)

// leftover is the choice for the sessions of users of a key that is disabled or
// removed. Without a choice they are signed out.
func leftover(form map[string]string) loginkeys.Leftover {
	return loginkeys.Leftover(form["end"] == "no")
}

// signedIn has the counts in the question.
func (d *Handler) signedIn(c *gin.Context, keyID string) (templates.SignedIn, error) {
	n, err := d.Keys.SignedInBy(c.Request.Context(), keyID)
	if err != nil {
		return templates.SignedIn{}, err
	}
	mine, err := d.Sessions.Current(c.Request)
	return templates.SignedIn{Sessions: n.Sessions, Connections: n.Connections, Most: operator.MostRecords, Yours: mine.Session.LoginKey == keyID}, err
}

// counted has the counts of what was ended, for the notice.
func counted(n loginkeys.SignedIn) string {
	if n == (loginkeys.SignedIn{}) {
		return ""
	}
	return "&" + url.Values{"sessions": {strconv.Itoa(n.Sessions)}, "connections": {strconv.Itoa(n.Connections)}}.Encode()
}
