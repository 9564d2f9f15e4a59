package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAdministratorsHearOnceOfWhatWillStopWorking(t *testing.T) {
	sent := &hubtest.Postbox{}
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{Mail: sent})
	op := w.Operator()
	dead := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	w.OpenIDKey("Dead", dead)
	well := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	key, err := w.Hub.AddLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{Kind: federation.KindOpenID, Name: "Well", BaseURL: well.URL,
		ClientID: "us", Enabled: true, SecretExpires: w.Clock.Now().Add(10 * 24 * time.Hour)}, "secret", "")
	if err != nil {
		t.Fatal(err)
	}
	hubtest.NewPair(t, w) // a healthy secondary

	home := op.Open("/admin")
	if !strings.Contains(home.Body, "Not checked yet") {
		t.Errorf("before: %s", home.Body)
	}
	home = op.Submit(home, "/admin/check")
	if list := home.Text("attention"); !strings.Contains(list, "Dead does not respond") || !strings.Contains(list, "The client secret for Well expires on") || strings.Contains(list, "metadata") {
		t.Errorf("the list is %q", list)
	}
	emails := sent.About("needs attention")
	if len(emails) != 1 || emails[0].To != "root@example.org" || !strings.Contains(emails[0].Text, "Dead does not respond") {
		t.Errorf("the emails are %+v", emails)
	}
	op.Submit(home, "/admin/check")
	hubtest.Want(t, "emails after a second look", len(sent.About("needs attention")), 1)

	// Its page and the map show it too; a resolved warning disappears.
	if p := op.Open("/admin/map"); !strings.Contains(p.Body, "Needs attention") || !strings.Contains(p.Text("map-table"), "secondary hub") || !strings.Contains(p.Body, "<svg") {
		t.Errorf("the map is\n%s", p.Body)
	}
	if p := op.Open("/admin/providers/" + key.ID); !strings.Contains(p.Text("attention"), "The client secret for Well expires on") {
		t.Errorf("the page of the key is\n%s", p.Body)
	}
	op.Submit(op.Open("/admin/providers/dead/delete"), "/admin/providers/dead/delete", "confirm", "Dead")
	home = op.Submit(op.Open("/admin"), "/admin/check")
	if list := home.Text("attention"); strings.Contains(list, "Dead") || !strings.Contains(list, "Well") {
		t.Errorf("later the list is %q", list)
	}
}
