package revocation_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/users"
)

// came is a user who signed in with a provider, in a browser and with an app and
// a device that stay connected.
func came(t *testing.T, open func(*testing.T) *house) (h *house, b *hubtest.Browser, app, tv issued) {
	t.Helper()
	h = open(t)
	b = h.mustEnter()
	return h, b, byCode()(t, h, b), device(t, h, b)
}

func TestTurningAProviderOffAsksWhatBecomesOfWhoCameByIt(t *testing.T) {
	for _, path := range []string{"/admin/providers/company", "/admin/providers/company/delete"} {
		h, b, app, tv := came(t, byOpenID)
		root := h.Operator()
		p := root.Open(path)
		if !strings.Contains(p.Body, "Also end the 1 session and 2 app connections that used this provider?") {
			t.Errorf("%s does not ask:\n%s", path, p.Body)
		}
		form := strings.Replace(path, "company", "company/switch", 1)
		if strings.HasSuffix(path, "delete") {
			form = path
		}
		_, fields, _ := hubtest.Form(p.Body, form)
		hubtest.Want(t, "the answer if nobody says another", fields.Get("end"), "yes")
		p = root.Submit(p, form, "enabled", "0", "confirm", "Company")
		if !strings.Contains(p.Body, "1 session and 2 app connections ended.") {
			t.Errorf("%s: the page does not say what was ended:\n%s", path, p.Body)
		}
		hubtest.Want(t, path+": the browser", b.Open("/account").URL.Path, "/signin")
		for what, one := range map[string]issued{"the app": app, "the device": tv} {
			hubtest.Want(t, path+": "+what, one.access() || one.refresh(), false)
		}
	}
}

func TestWhoCameByAProviderStaysIfAnAdministratorSaysSo(t *testing.T) {
	for _, path := range []string{"/admin/providers/company", "/admin/providers/company/delete"} {
		h, b, app, tv := came(t, byOpenID)
		root := h.Operator()
		form := path
		if !strings.HasSuffix(path, "delete") {
			form += "/switch"
		}
		root.Submit(root.Open(path), form, "enabled", "0", "confirm", "Company", "end", "no")
		hubtest.Want(t, path+": the browser", b.Open("/account").URL.Path, "/account")
		for what, one := range map[string]issued{"the app": app, "the device": tv} {
			hubtest.Want(t, path+": "+what, one.access() && one.refresh(), true)
		}
		fresh := h.Browser()
		if p := fresh.Open("/signin?local=1"); strings.Contains(p.Body, "/signin/with/company") {
			t.Errorf("%s: people can still come in", path)
		}
	}
}

// A missing answer counts as yes: every form that disables a key then ends
// sessions and app connections.
func TestAFormWithoutAnAnswerEndsThem(t *testing.T) {
	for _, path := range []string{"/admin/providers/company/switch", "/admin/providers/company/delete", "/admin/providers/company"} {
		h, b, app, _ := came(t, byOpenID)
		root := h.Operator()
		page := "/admin/providers/company"
		if strings.HasSuffix(path, "delete") {
			page = path
		}
		p := root.Submit(root.Open(page), path, "enabled", "", "confirm", "Company", "end", "", "sure", "1")
		if !strings.Contains(p.Body, "1 session and 2 app connections ended.") {
			t.Errorf("%s: the page does not say what was ended:\n%s", path, p.Body)
		}
		hubtest.Want(t, path+": the browser", b.Open("/account").URL.Path, "/signin")
		hubtest.Want(t, path+": the app", app.access() || app.refresh(), false)
	}
}

// A form that leaves the key enabled asks no question.
func TestSavingAKeyThatStaysOnEndsNothing(t *testing.T) {
	h, b, app, _ := came(t, byOpenID)
	root := h.Operator()
	root.Submit(root.Open("/admin/providers/company"), "/admin/providers/company", "name", "Forge", "sure", "1")
	hubtest.Want(t, "the name", h.Key("company").Name, "Forge")
	hubtest.Want(t, "the browser", b.Open("/account").URL.Path, "/account")
	hubtest.Want(t, "the app", app.access() && app.refresh(), true)
}

func TestAnAdministratorWhoCameByAKeyGoesWithIt(t *testing.T) {
	for name, end := range map[string]func(*house){
		"switched off": func(h *house) {
			_, err := h.Hub.SwitchLoginKey(t.Context(), audit.Named("test"), h.key, false, loginkeys.EndSignedIn)
			must(t, err)
		},
		"deleted": func(h *house) {
			_, _, err := h.Hub.RemoveLoginKey(t.Context(), audit.Named("test"), h.Key(h.key), loginkeys.EndSignedIn)
			must(t, err)
		},
	} {
		h := bySocial(t)
		h.Person("root@example.org", users.AdminRole)
		b := h.mustEnter()
		if _, err := h.Hub.SetRoles(t.Context(), audit.Named("test"), h.person().ID, []string{users.AdminRole}); err != nil {
			t.Fatal(err)
		}
		p := b.Open("/admin/providers/" + h.key)
		hubtest.Want(t, "before", p.Status, http.StatusOK)
		if !strings.Contains(p.Body, "This includes your own session") {
			t.Error("nothing warns an administrator who came this way")
		}
		end(h)
		hubtest.Want(t, name, b.Open("/admin/providers").URL.Path, "/signin")
	}
}

// A session of a deleted key has an unknown strength: a site's key, for example,
// does not allow administrators.
func TestAKeyThatIsGoneOpensNoAdministration(t *testing.T) {
	h := bySocial(t)
	h.Person("root@example.org", users.AdminRole)
	b := h.mustEnter()
	if _, err := h.Hub.SetRoles(t.Context(), audit.Named("test"), h.person().ID, []string{users.AdminRole}); err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "before", b.Open("/admin/providers").Status, http.StatusOK)
	_, _, err := h.Hub.RemoveLoginKey(t.Context(), audit.Named("test"), h.Key(h.key), loginkeys.KeepSignedIn)
	must(t, err)
	p := b.Open("/admin/providers")
	if p.Status != http.StatusForbidden || !strings.Contains(p.Body, "was deleted") {
		t.Errorf("got %d:\n%s", p.Status, p.Body)
	}
	hubtest.Want(t, "their own account", b.Open("/account").URL.Path, "/account")
}

// A replica caches login keys, clients and settings for a moment. The revocation
// still takes effect there, and a running sign-in is refused.
func TestAProviderThatIsTurnedOffIsSoAtEveryReplica(t *testing.T) {
	h, b, app, tv := came(t, bySocial)
	replica := hubtest.NewWorldAs(t, h.Backend, hub.Config{URL: h.URL})
	replica.Clock.Stop() // the replica keeps its cache
	there := b.At(replica)
	hubtest.Want(t, "the browser at the replica", there.Open("/account").URL.Path, "/account")
	late := h.Browser()
	back := late.Hop(late.Post(late.Open("/signin?local=1"), "/signin/with/gitea"))
	if p := late.At(replica).Open("/signin?local=1"); !strings.Contains(p.Body, "/signin/with/gitea") {
		t.Fatal("the replica does not know the key")
	}

	_, err := h.Hub.SwitchLoginKey(t.Context(), audit.Named("test"), "gitea", false, loginkeys.EndSignedIn)
	must(t, err)
	hubtest.Want(t, "the browser", there.Open("/account").URL.Path, "/signin")
	app.app.W, tv.app.W = replica, replica
	hubtest.Want(t, "the app", app.access() || app.refresh(), false)
	hubtest.Want(t, "the device", tv.access() || tv.refresh(), false)
	answer := strings.Replace(back.Location, h.URL, replica.URL, 1)
	if p := late.Read(late.Get(answer)); p.Status < 400 {
		t.Errorf("somebody on the way back is sent to %q", p.Location)
	}
	hubtest.Want(t, "somebody on the way back", late.At(replica).Open("/account").URL.Path, "/signin")
	if left := hubtest.DumpOf(t, h.World, "sessions"); strings.Contains(left, "gitea") {
		t.Errorf("a session by the key is left:\n%s", left)
	}
}

// Users of other keys are not affected.
func TestTurningAProviderOffLeavesOthersAlone(t *testing.T) {
	h, _, _, _ := came(t, bySocial)
	h.Provider("other", func(k *federation.LoginKey) { k.Enabled = true })
	ada := h.Person("local@example.org")
	local := h.Browser()
	local.SignIn(local.Open("/signin?local=1"), ada.Email)
	ended, err := h.Hub.SwitchLoginKey(t.Context(), audit.Named("test"), "other", false, loginkeys.EndSignedIn)
	must(t, err)
	hubtest.Want(t, "ended with a key that nobody came by", ended, loginkeys.SignedIn{})
	ended, err = h.Hub.SwitchLoginKey(t.Context(), audit.Named("test"), "gitea", false, loginkeys.EndSignedIn)
	must(t, err)
	hubtest.Want(t, "ended with the other", ended, loginkeys.SignedIn{Sessions: 1, Connections: 2})
	hubtest.Want(t, "who came by a password", local.Open("/account").URL.Path, "/account")
}
