package signin_test

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

// An administrator names a service, and from then on it is asked about new
// passwords that meet the rules.
func TestAServiceIsAskedAboutNewPasswords(t *testing.T) {
	const leaked = "seven lamps on a quiet pier"
	var asked []string
	service := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		sum := sha1.Sum([]byte(leaked))
		digits := strings.ToUpper(hex.EncodeToString(sum[:]))
		if strings.HasSuffix(r.URL.Path, digits[:5]) {
			fmt.Fprintf(rw, "%s:3\r\n", digits[5:])
		}
	}))
	t.Cleanup(service.Close)
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", "admin")
	root := w.Home("root@example.org")
	saved := root.Submit(root.Open("/admin/settings"), "/admin/settings", "breached_url", service.URL+"/range")
	if !strings.Contains(saved.Body, service.URL+"/range/") {
		t.Fatalf("got %d: %s", saved.Status, saved.Body)
	}
	link, _, err := w.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "grace@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	at, b := strings.TrimPrefix(link, w.URL), w.Browser()
	p := b.Submit(b.Open(at), at, "name", "Grace", "password", "short")
	hubtest.Want(t, "questions about a password that breaks the rules", len(asked), 0)
	p = b.Submit(p, at, "password", leaked)
	hubtest.Want(t, "a listed password", p.Status, http.StatusUnprocessableEntity)
	if !strings.Contains(p.Body, "data breach") || len(asked) != 1 {
		t.Errorf("asked %q, and the page says %s", asked, p.Body)
	}
	service.Close()
	p = b.Submit(p, at, "password", leaked)
	hubtest.Want(t, "where the service is away", p.URL.Path, "/account")
}
