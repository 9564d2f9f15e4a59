package admin_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/operator/userfiles"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
)

// imported are the results of an import: what it did with each row, and why not.
func imported(t *testing.T, w *hubtest.World, file string, dryRun bool) string {
	t.Helper()
	rows, err := userfiles.Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	in := userfiles.Importer{Hub: w.Hub, By: audit.Named("test"), DryRun: dryRun}
	hubtest.Done(t, in.Import(t.Context(), rows, func(r userfiles.Result) {
		said := r.Does
		for _, p := range r.Problems {
			said += " " + p.Code
		}
		if len(r.Columns) > 0 {
			said += " " + strings.Join(r.Columns, "+")
		}
		all = append(all, said)
	}))
	return strings.Join(all, "; ")
}

func TestUsersAreImportedFromAFile(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org", users.AdminRole, "Clerk")
	w.Person("bob@example.org")
	g, err := w.Hub.AddGroup(t.Context(), audit.Named("test"), groups.Edit{Name: "Sales"})
	hubtest.Done(t, err)

	_, err = w.Hub.AddGroup(t.Context(), audit.Named("test"), groups.Edit{Name: "Chiefs", Administrators: true})
	hubtest.Done(t, err)
	_, err = w.Hub.SwitchUser(t.Context(), audit.Named("test"), w.Person("off@example.org").ID, true)
	hubtest.Done(t, err)

	file := strings.Join([]string{
		"sub,email,email_verified,name,phone_number,roles,groups,disabled,password_hash",
		ada.ID + ",ada@example.org,,Ada King,,\"Clerk, Editor\",sales,false,",
		",BOB@example.org,,,,,,false,",
		",off@example.org,,,,,,,",
		",eve@example.org,true,Eve,+4930123456,Clerk,Sales,false,$2y$04$Zv1oN/0b4OtfxdVwtCM1bOV0kNZBo9UXsW2lCSSrz8y3H9dSzS9kC",
		",carol@example.org,false,Carol,,,,true,",
		",carol@example.org,false,Carol again,,,,true,",
		",mallory@example.org,false,Mallory,,admin,,false,",
		",nobody,false,Nobody,,,,false,",
		",dan@example.org,false,Dan,,,Marketing,false,",
		",fay@example.org,false,Fay,,,,false,plain text",
		",gus@example.org,false,Gus,,,Chiefs,false,",
		ada.ID + ",other@example.org,,Other,,,,false,",
	}, "\n")
	want := "changed groups+name+roles; same; same; added; added; refused userfile.twice; refused user.role.admin; refused user.email.bad; refused userfile.group; refused userfile.hash; refused user.role.admin; refused userfile.address"
	before := w.Ledger()
	hubtest.Want(t, "a dry run", imported(t, w, file, true), want)
	before.Stored(t)
	hubtest.Want(t, "the import", imported(t, w, file, false), want)
	again := strings.NewReplacer("added", "same", "changed groups+name+roles", "same").Replace(want)
	// Refused for a hash, Fay is nobody yet; the rest is there.
	hubtest.Want(t, "the same file again", imported(t, w, file, false), again)

	u, err := w.Hub.FindUser(t.Context(), "ada@example.org")
	hubtest.Done(t, err)
	if u.Name != "Ada King" || !u.OwnAdmin() || len(u.Groups) != 1 || u.Groups[0] != g.ID {
		t.Errorf("Ada: %+v", u)
	}
	eve, err := w.Hub.FindUser(t.Context(), "eve@example.org")
	hubtest.Done(t, err)
	if !eve.EmailVerified || eve.Password == "" || eve.Phone != "+4930123456" || eve.Disabled {
		t.Errorf("Eve: %+v", eve)
	}
	if carol, err := w.Hub.FindUser(t.Context(), "carol@example.org"); err != nil || !carol.Disabled {
		t.Errorf("Carol: %+v, %v", carol, err)
	}
}

// What was exported changes nothing when it is imported again, and shows no secret.
func TestAnExportCanBeImported(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org", users.AdminRole, "Clerk", "Editor")
	_, err := w.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "eve@example.org", Profile: users.Profile{Name: "=HYPERLINK(1)", Phone: "+4930123456"}, Password: hubtest.Password})
	hubtest.Done(t, err)
	for _, format := range []string{userfiles.CSV, userfiles.JSON} {
		var file bytes.Buffer
		hubtest.Done(t, userfiles.Write(t.Context(), w.Hub, &file, format, func() error { return nil }))
		hubtest.Want(t, "an import of "+format, imported(t, w, file.String(), false), "same; same")
		if strings.Contains(file.String(), "argon2") || format == userfiles.CSV && strings.Contains(file.String(), ",=") {
			t.Errorf("the file is:\n%s", file.String())
		}
	}
}

// The page first shows what a file would change, and then imports it once.
func TestAFileIsImportedOnAPage(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", users.AdminRole)
	w.Person("ada@example.org")
	root, page := w.Home("root@example.org"), "/admin/import"
	send := func(file string) hubtest.Page {
		return root.Upload(root.Open(page), page, "users.csv", []byte(file))
	}
	for file, says := range map[string]string{
		"": "Choose a file.", "name\nEve": "needs a column email", "email\n\xff@example.org": "UTF-8",
		"email\n" + strings.Repeat("eve@example.org\n", 501): "more than 500 users",
	} {
		if p := send(file); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, says) {
			t.Errorf("%.20q: got %d: %s", file, p.Status, hubtest.Gist(p.Body))
		}
	}
	hubtest.RefusedPage(t, "a large file", send(strings.Repeat("x", 1<<20)))

	tried := send("email,name\nada@example.org,Ada King\neve@example.org,<b>Eve\nmallory,Mallory\n")
	for _, says := range []string{"ada@example.org", "eve@example.org", "mallory", "Import these users"} {
		if !strings.Contains(tried.Body, says) {
			t.Errorf("the page lacks %q: %s", says, hubtest.Gist(tried.Body))
		}
	}
	if _, err := w.Hub.FindUser(t.Context(), "eve@example.org"); err == nil {
		t.Error("the user is there before the confirmation")
	}
	other := w.Home("root@example.org")
	_, fields, _ := hubtest.Form(tried.Body, page+"/confirm")
	if p := other.Like(other.Open(page), page, page+"/confirm", "stop", fields.Get("stop")); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("another browser imports it: %d", p.Status)
	}
	done := root.Submit(tried, page+"/confirm")
	if !strings.Contains(done.Body, "The file was imported") {
		t.Errorf("after the confirmation: %s", hubtest.Gist(done.Body))
	}
	if again := root.Submit(tried, page+"/confirm"); again.Status != http.StatusUnprocessableEntity || !strings.Contains(again.Body, "not here any more") {
		t.Errorf("it is imported twice: %d", again.Status)
	}
	if _, err := w.Hub.FindUser(t.Context(), "eve@example.org"); err != nil {
		t.Error(err)
	}
	if p := root.Submit(root.Open("/admin/users"), "/admin/users.csv"); !strings.Contains(p.Body, "eve@example.org,false,<b>Eve") {
		t.Errorf("the export: %s", p.Body)
	}
	hubtest.RefusedPage(t, "a user who is no administrator", w.Home("ada@example.org").Open("/admin/import"))
}
