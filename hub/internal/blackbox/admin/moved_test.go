package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// Bookmarks and emails keep the earlier addresses of a page.
func TestEarlierAddressesLeadToTheirPages(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	op := w.Operator()
	seen := 0
	for _, r := range w.Hub.Routes() {
		if r.Method != http.MethodGet || strings.Contains(r.Path, ":") {
			continue
		}
		for before, now := range map[string]string{"keys": "providers", "servers": "hubs", "decisions": "account-links", "traces": "sign-in-log", "logouts": "sign-out-delivery"} {
			below, ok := strings.CutPrefix(r.Path, "/admin/"+now)
			if !ok {
				continue
			}
			seen++
			p := op.Open("/admin/" + before + below + "?q=a%20b")
			if p.Status != http.StatusOK || p.URL.RequestURI() != r.Path+"?q=a%20b" {
				t.Errorf("/admin/%s%s leads to %s: %d", before, below, p.URL.RequestURI(), p.Status)
			}
		}
	}
	if seen < 6 {
		t.Errorf("only %d pages have an earlier address", seen)
	}
	for _, method := range []string{"GET", "HEAD", "POST"} {
		req, err := http.NewRequestWithContext(t.Context(), method, w.URL+"/admin/keys/company/tried?x=%2F", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close() //nolint:errcheck // nothing is read of it
		hubtest.Want(t, method, resp.StatusCode, http.StatusPermanentRedirect)
		hubtest.Want(t, method+" leads to", resp.Header.Get("Location"), "/admin/providers/company/tried?x=%2F")
	}
	hubtest.Want(t, "a stranger ends at", w.Browser().Open("/admin/keys").URL.Path, "/signin")
}
