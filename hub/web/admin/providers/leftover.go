package providers

import (
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/templates"
)

// leftover is the answer to what becomes of people who came by a key that is
// switched off or removed. No answer means that they are signed out.
func leftover(form map[string]string) operator.Leftover {
	return operator.Leftover(form["end"] == "no")
}

// signedIn is what the question says of them.
func (d *Handler) signedIn(c *gin.Context, keyID string) (templates.SignedIn, error) {
	n, err := d.Operator.SignedInBy(c.Request.Context(), keyID)
	if err != nil {
		return templates.SignedIn{}, err
	}
	mine, err := d.Sessions.Current(c.Request)
	return templates.SignedIn{Sessions: n.Sessions, Connections: n.Connections, Most: operator.MostRecords, Yours: mine.Session.LoginKey == keyID}, err
}

// counted is how much was ended, for the notice.
func counted(n operator.SignedIn) string {
	if n == (operator.SignedIn{}) {
		return ""
	}
	return "&" + url.Values{"sessions": {strconv.Itoa(n.Sessions)}, "connections": {strconv.Itoa(n.Connections)}}.Encode()
}
