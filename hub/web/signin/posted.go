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
	maxPosted  = 4 << 10     // bytes of a response, which then fits into a URL
	postedLife = time.Minute // between the form and the redirect
)

// Posted is POST /signin/from/{key}: the provider's page posts its response (OAuth
// 2.0 Form Post Response Mode §2). The POST is cross-site, so the browser omits its
// cookies, and only a redirect to our own GET shows the session. Any client can
// post here, so the hub stores nothing: the browser carries the sealed response to
// the GET, which accepts it only together with its own sign-in.
func (d *Handler) Posted(c *gin.Context) error {
	key := c.Param("key")
	address := hubaddress.CallbackPath + url.PathEscape(key)
	params, err := web.Form(c)
	kept := answer(params)
	if err != nil || len(kept.Encode()) > maxPosted {
		// The error page is a GET too: a page without the cookies would set a new
		// browser name, and so end a sign-in in progress.
		return web.SeeOther(c, address)
	}
	sealed, err := d.Stops.Carry(kindAnswer+"/"+key, kept, postedLife)
	if err != nil {
		return err
	}
	return web.SeeOther(c, address+"?"+url.Values{kindAnswer: {sealed}}.Encode())
}

// arriving returns the response, and whether it was posted.
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
