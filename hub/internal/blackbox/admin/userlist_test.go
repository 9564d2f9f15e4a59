package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
)

func TestUsersAreFilteredAndSorted(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		root := w.Operator()
		by := audit.Named("test")
		off := w.Person("off@example.org")
		_, err := w.Hub.SwitchUser(t.Context(), by, off.ID, true)
		hubtest.Done(t, err)
		unproven, err := w.Hub.AddUser(t.Context(), by, users.NewUser{Email: "unproven@example.org", Profile: users.Profile{Name: "Zed"}})
		hubtest.Done(t, err)
		g := madeGroup(t, w, groups.Edit{Name: "Staff"})
		_, err = w.Hub.AddMember(t.Context(), by, g.ID, unproven.ID)
		hubtest.Done(t, err)
		shown := func(query string) string {
			p := root.Open("/admin/users?" + query)
			hubtest.Want(t, query, p.Status, http.StatusOK)
			body := p.Body
			var list []string
			for {
				_, after, found := strings.Cut(body, `<h2 class="name"><a href="/admin/users/`)
				if !found {
					return strings.Join(list, " ")
				}
				id, rest, _ := strings.Cut(after, `"`)
				u, err := w.Hub.User(t.Context(), id)
				hubtest.Done(t, err)
				list, body = append(list, u.Email), rest
			}
		}
		for query, want := range map[string]string{
			"only=disabled":         "off@example.org",
			"only=unverified":       "unproven@example.org",
			"only=administrators":   "root@example.org",
			"group=" + g.ID:         "unproven@example.org",
			"newest=1":              "unproven@example.org off@example.org root@example.org",
			"only=password_hash":    "",
			"only=no-second-factor": "off@example.org root@example.org unproven@example.org",
			"provider=none":         "",
			"q=" + unproven.ID:      "unproven@example.org",
		} {
			if got := shown(query); got != want && (query != "only=no-second-factor" || len(strings.Fields(got)) != 3) {
				t.Errorf("%s: got %q, want %q", query, got, want)
			}
		}
		if p := root.Open("/admin/users"); !strings.Contains(p.Body, "3 users<") {
			t.Errorf("the list has no count: %s", hubtest.Gist(p.Body))
		}
	})
}

func TestAnAdministratorAddsEditsAndDeletesAUser(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		root := w.Operator()
		p := root.Submit(root.Open("/admin/users"), "/admin/users/add", "new_email", "ada@example.org", "name", "Ada")
		ada, err := w.Hub.FindUser(t.Context(), "ada@example.org")
		hubtest.Done(t, err)
		path := "/admin/users/" + ada.ID
		hubtest.Want(t, "the page of the new user", p.URL.Path, path)
		stale := root.Open(path)
		root.Submit(p, path+"/profile", "name", "Ada Lovelace", "phone_number", "+442079460000")
		p = root.Submit(stale, path+"/profile", "name", "Augusta")
		hubtest.Want(t, "the second of two", p.Status, http.StatusConflict)
		if !strings.Contains(p.Body, "Ada Lovelace") || !strings.Contains(p.Body, `value="Augusta"`) {
			t.Errorf("it does not say what changed: %s", hubtest.Gist(p.Body))
		}
		root.Submit(root.Open(path), path+"/email", "email", "ada@example.com", "verified", "1")
		p = root.Submit(root.Open(path), path+"/roles", "roles", "admin")
		hubtest.Want(t, "admin as a word", p.Status, 422)
		root.Submit(root.Open(path), path+"/administrator")
		root.Submit(root.Open(path), path+"/roles", "roles", "clerk")
		now, err := w.Hub.User(t.Context(), ada.ID)
		hubtest.Done(t, err)
		if now.Name != "Ada Lovelace" || now.Phone != "+442079460000" || now.Email != "ada@example.com" || !now.EmailVerified || !now.OwnAdmin() || !now.Has("clerk") {
			t.Errorf("got %+v", now)
		}
		root.Submit(root.Open(path), path+"/administrator")
		if now, err = w.Hub.User(t.Context(), ada.ID); err != nil || now.Admin() {
			t.Errorf("still an administrator: %v", err)
		}
		p = root.Submit(root.Open(path+"/delete"), path+"/delete")
		hubtest.Want(t, "the receipt", p.URL.Path, "/admin/users/deleted/"+ada.ID)
		hubtest.Want(t, "the user", root.Open(path).Status, http.StatusNotFound)
	})
}

func TestADeletionHasAReceiptOfWhoAnswered(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		root := w.Operator()
		told := w.Listener()
		ada := w.Person("ada@example.org")
		b := w.Browser()
		b.SignInTo(told.App, "ada@example.org")
		path := "/admin/users/" + ada.ID
		root.Submit(root.Open(path+"/delete"), path+"/delete")
		p := root.OpenUntil("/admin/users/deleted/"+ada.ID, func(p hubtest.Page) bool {
			return strings.Contains(p.Body, "Delivered") || strings.Contains(p.Body, "Confirmed")
		})
		if strings.Contains(p.Body, "ada@example.org") {
			t.Error("the receipt names the user")
		}
	})
}

func TestAnAdministratorEndsOneSession(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	ada := w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	path := "/admin/users/" + ada.ID
	root.Submit(root.Open(path), path+"/sessions/end-one")
	hubtest.Want(t, "afterwards", b.Open("/account").URL.Path, "/signin")
}
