package signin

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/traces"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/texts"
)

// traceLeaving records the provider to which the user goes.
func traceLeaving(c *gin.Context, key federation.LoginKey) {
	a := traces.Of(c.Request.Context())
	a.About(traces.About{LoginKey: key.ID})
	if key.Kind == federation.KindPeer {
		a.GoesTo(traces.Hop{Base: strings.TrimRight(key.BaseURL, "/")})
	}
	a.Note(traces.Left, texts.New("trace.left", "name", key.Name), traces.Fact{Name: "host", Value: hostOf(key.BaseURL)})
}

// traceReturn records the response of the provider. Another hub sends the
// reference of its own trace; other providers have none.
func traceReturn(c *gin.Context, key federation.LoginKey, params oauth.Params) {
	a := traces.Of(c.Request.Context())
	a.About(traces.About{LoginKey: key.ID})
	why := texts.New("trace.returned", "name", key.Name)
	if ref, ok := traces.ParseReference(params["trace"]); ok && key.Kind == federation.KindPeer {
		a.GoesTo(traces.Hop{Base: strings.TrimRight(key.BaseURL, "/"), Ref: ref})
		why = texts.New("trace.returned.reference", "name", key.Name, "ref", ref)
	}
	var facts []traces.Fact
	if params.Has("error") {
		facts = append(facts, traces.Fact{Name: "error", Value: federation.CleanText(params["error"], 100)},
			traces.Fact{Name: "described as", Value: federation.CleanText(params["error_description"], 300)})
	}
	a.Note(traces.Returned, why, facts...)
}

// traceQuestion records a matching account that its owner must confirm.
func traceQuestion(c *gin.Context, key federation.LoginKey, decision linking.Decision) {
	a := traces.Of(c.Request.Context())
	a.About(traces.About{User: decision.User.ID})
	a.Remark(traces.Page, texts.New("trace.page.prove", "name", key.Name), traces.Fact{Name: "row", Value: decision.Row})
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
