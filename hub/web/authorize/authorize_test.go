package authorize

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/web"
)

const issuer = "https://id.example.org"

func request() *gin.Context {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest(http.MethodGet, "/oauth2/authorize", nil)
	return c
}

// Each started flow is stored for a while (SECURITY TK-14).
func TestOneAddressDoesNotBeginFlowsWithoutEnd(t *testing.T) {
	d := &Handler{Begins: web.NewLimiter(time.Hour, 0, time.Now)} // a limiter that refuses every request
	var problem *web.ErrorPage
	if err := d.send(request(), flows.Flow{}, signIn); !errors.As(err, &problem) || problem.Status != http.StatusTooManyRequests {
		t.Errorf("a new flow: got %v, want that there are too many", err)
	}
	if err := d.send(request(), flows.Flow{ID: "under way"}, signIn); err != nil {
		t.Errorf("a flow under way, which is kept already: %v", err)
	}
}

// Hubs that use each other as providers would redirect endlessly.
func TestARequestThatWentInACircleIsStopped(t *testing.T) {
	d := &Handler{Issuer: issuer}
	others := func(count int) []string { return slices.Repeat([]string{"https://other.example.org"}, count) }
	for what, row := range map[string]struct {
		via   []string
		stops bool
	}{
		"from an app":               {nil, false},
		"by another hub":            {others(1), false},
		"by three hubs":             {others(3), false},
		"by four":                   {others(4), true},
		"back by another spelling":  {[]string{strings.ToUpper(issuer) + "/"}, true},
		"back again":                {[]string{issuer}, true},
		"back again, by others too": {[]string{"https://a.example.org", issuer, "https://b.example.org"}, true},
	} {
		err := d.checkVia(authrequest.Request{Via: row.via})
		if !row.stops {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		var problem *web.ErrorPage
		if !errors.As(err, &problem) || problem.Status != http.StatusLoopDetected || problem.Protocol.Code != "access_denied" ||
			!strings.HasSuffix(strings.SplitN(problem.Text.English(), ". ", 2)[0], " → "+issuer) {
			t.Errorf("%s: got %+v, want a page that shows the way to here", what, err)
		}
	}
}
