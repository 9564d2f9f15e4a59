package federating_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/federating"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// handler has one login key, of a kind without OpenID Connect.
func handler() *federating.Handler {
	return &federating.Handler{Issuer: "https://hub.example", Upstreams: federation.NewRegistry(federation.Options{
		Store: federationtest.NewMemory(federation.LoginKey{ID: "code", Kind: federation.KindOAuth2, Name: "Code", Enabled: true}),
		Factories: map[string]federation.Factory{federation.KindOAuth2: func(federation.LoginKey, federation.Dependencies) (federation.Connector, error) {
			return struct{ federation.Connector }{}, nil
		}},
	})}
}

func request(method, key, body string) *gin.Context {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest(method, "/", strings.NewReader(body))
	c.Request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c.Params = gin.Params{{Key: "key", Value: key}}
	return c
}

func TestOnlyAHubIsToldOfThisHub(t *testing.T) {
	err := handler().Metadata(request(http.MethodGet, "code", ""))
	var problem *web.ErrorPage
	if !errors.As(err, &problem) || problem.Status != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
}

func TestALogoutTokenIsRefused(t *testing.T) {
	token := url.Values{"logout_token": {"a.b.c"}}.Encode()
	for what, c := range map[string]*gin.Context{
		"of no login key":               request(http.MethodPost, "nobody", token),
		"of a kind that sends none":     request(http.MethodPost, "code", token),
		"that is missing from the form": request(http.MethodPost, "code", ""),
	} {
		err := handler().Backchannel(c)
		var refusal *oauth.Error
		if !errors.As(err, &refusal) || refusal.Code != "invalid_request" {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
