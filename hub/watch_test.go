package hub_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
)

func TestAdministratorsHearOnceOfWhatWillStopWorking(t *testing.T) {
	sent := &postbox{}
	w := newWorldAs(t, openSQLite(t), hub.Config{Mail: sent})
	op := w.operator()
	dead := newServer(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
	w.openIDKey("Dead", dead)
	well := newWorld(t, openSQLite(t))
	key, err := w.Hub.AddLoginKey(t.Context(), "test", federation.LoginKey{Kind: federation.KindOpenID, Name: "Well", BaseURL: well.URL,
		ClientID: "us", Enabled: true, SecretExpires: w.clock.now().Add(10 * 24 * time.Hour)}, "secret", "")
	if err != nil {
		t.Fatal(err)
	}
	newPair(t, w) // a secondary that is well

	home := op.open("/admin")
	if !strings.Contains(home.Body, "Nothing is known yet") {
		t.Errorf("before: %s", home.Body)
	}
	home = op.submit(home, "/admin/check")
	if list := home.text("attention"); !strings.Contains(list, "Dead doesn't answer") || !strings.Contains(list, "The client secret at Well ends on") || strings.Contains(list, "metadata") {
		t.Errorf("the list is %q", list)
	}
	letters := sent.about("needs attention")
	if len(letters) != 1 || letters[0].To != "root@example.org" || !strings.Contains(letters[0].Text, "Dead doesn't answer") {
		t.Errorf("the letters are %+v", letters)
	}
	op.submit(home, "/admin/check")
	want(t, "letters after a second look", len(sent.about("needs attention")), 1)

	// Its page says so too, and the map; what is seen to goes.
	if p := op.open("/admin/map"); !strings.Contains(p.Body, "Needs attention") || !strings.Contains(p.text("map-table"), "another hub, below this one") || !strings.Contains(p.Body, "<svg") {
		t.Errorf("the map is\n%s", p.Body)
	}
	if p := op.open("/admin/keys/" + key.ID); !strings.Contains(p.text("attention"), "The client secret at Well ends on") {
		t.Errorf("the page of the key is\n%s", p.Body)
	}
	op.submit(op.open("/admin/keys/dead/delete"), "/admin/keys/dead/delete", "confirm", "Dead")
	home = op.submit(op.open("/admin"), "/admin/check")
	if list := home.text("attention"); strings.Contains(list, "Dead") || !strings.Contains(list, "Well") {
		t.Errorf("later the list is %q", list)
	}
}
