package signin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// Requests to providers use the proxy. If the proxy decides about destinations,
// log and overview say so. Its password is never shown.
func TestProvidersAreAskedThroughTheProxy(t *testing.T) {
	asked := make(chan string, 100)
	address := hubtest.NewServer(t, func(rw http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		rw.WriteHeader(http.StatusForbidden)
	})
	proxy, err := fetch.ParseProxy(strings.Replace(address, "http://", "http://ada:hush%21@", 1))
	hubtest.Done(t, err)
	proxy.Resolves = true
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{Proxy: proxy})
	root := w.Operator()
	root.Submit(root.Open("/admin/providers/new?kind=peer"), "/admin/providers", "base_url", "https://idp.example.test")
	hubtest.Want(t, "the proxy was asked", hubtest.Arrives(t, asked, "the proxy was not asked"), "CONNECT idp.example.test:443")
	root.OpenUntil("/admin", func(p hubtest.Page) bool {
		return strings.Contains(p.Body, "checks which addresses this hub connects to")
	})
	if text := w.Logs.String(); !strings.Contains(text, "the proxy resolves host names") || strings.Contains(text+hubtest.Dump(t, w), "hush") {
		t.Error("the log says nothing of it, or something shows the password")
	}
	if p := root.Submit(root.Open("/admin"), "/admin/check"); !strings.Contains(p.Body, "checks which addresses this hub connects to") {
		t.Error("a round of the monitor takes the warning away")
	}
}
