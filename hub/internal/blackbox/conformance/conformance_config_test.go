package conformance_test

import (
	"net/http"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// configTests are section B: the metadata.
var configTests = []certificationTest{{name: "oidcc-discovery-endpoint-verification", run: discoveryVerification}}

func discoveryVerification(e *hubtest.Exam) {
	r := e.Site.Get(e.T, e.Site.URL+"/.well-known/openid-configuration")
	hubtest.Want(e, "status", r.Status, http.StatusOK)
	e.CheckJSON("discovery", r)
	hubtest.Want(e, "issuer", r.Str("issuer"), e.Site.URL)
	for name, value := range r.JSON {
		e.CheckMember(name, value)
	}
	e.CheckRequired()
	e.CheckTLS()
	e.Jwks()
}
