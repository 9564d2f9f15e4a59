package signin

import (
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
)

const (
	kindAnswer = "answer"
	maxPosted  = 4 << 10     // bytes of an answer, which then fits into an address
	postedLife = time.Minute // between the form and the address it leads to
)

// Posted is POST /signin/from/{key}: the upstream's page posted its answer
// (OAuth 2.0 Form Post Response Mode §2). It comes from another site, so the
// browser leaves its cookies out, and who is here can only be seen by a GET of
// our own. Anybody can post here. So nothing is kept: the answer goes along
// with the browser, sealed, and means nothing without the sign-in that it
// belongs to.
func (d *Handler) Posted(c *gin.Context) error {
	key := c.Param("key")
	address := hubaddress.CallbackPath + url.PathEscape(key)
	params, err := web.Form(c)
	kept := answer(params)
	if err != nil || len(kept.Encode()) > maxPosted {
		// The page that says so is a GET's, too: a page shown here would name
		// the browser anew, and end a sign-in that is under way in it.
		return web.SeeOther(c, address)
	}
	sealed, err := d.Stops.Carry(kindAnswer+"/"+key, kept, postedLife)
	if err != nil {
		return err
	}
	return web.SeeOther(c, address+"?"+url.Values{kindAnswer: {sealed}}.Encode())
}

// arriving returns the answer, and whether it was posted.
func (d *Handler) arriving(c *gin.Context) (params oauth.Params, posted bool, err error) {
	params, err = web.Query(c)
	if err != nil || params[kindAnswer] == "" {
		return params, false, err
	}
	var kept url.Values
	if err := d.Stops.Carried(kindAnswer+"/"+c.Param("key"), params[kindAnswer], &kept); err != nil {
		return nil, true, err
	}
	params = oauth.Params{}
	for name := range kept {
		params[name] = kept.Get(name)
	}
	return params, true, nil
}
