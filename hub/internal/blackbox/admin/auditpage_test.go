package admin_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// deeds are the sentences on a page of the audit log.
func deeds(p hubtest.Page) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?s)<h3 class="name">(.*?)</h3>`).FindAllStringSubmatch(p.Body, -1) {
		all = append(all, tags.ReplaceAllString(m[1], ""))
	}
	return all
}

func TestTheAuditLogIsReadInSentences(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		b := w.Operator()
		ada, app := w.Person("ada@example.org"), w.App(func(c *clients.Client) { c.Name = "Payroll <b>" })
		by := audit.Actor{ID: "cli:root", IP: "203.0.113.7", Ref: "K7Q2-M4XD"}
		_, err := w.Hub.SwitchUser(t.Context(), by, ada.ID, true)
		hubtest.Done(t, err)
		_, err = w.Hub.SetRoles(t.Context(), by, ada.ID, []string{"buyer", "seller"})
		hubtest.Done(t, err)

		list := func(query string, want ...string) hubtest.Page {
			t.Helper()
			p := b.Open("/admin/audit?" + query)
			got := deeds(p)
			if p.Status != 200 || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: got %d %q, want %q", query, p.Status, got, want)
			}
			return p
		}
		disabled, roles := "cli:root disabled Person.", "cli:root changed the roles of Person."
		name := deeds(b.Open("/admin/audit?what=user.disabled"))
		if len(name) != 1 {
			t.Fatalf("got %q", name)
		}
		shown := strings.TrimSuffix(strings.TrimPrefix(name[0], "cli:root disabled "), ".")
		disabled, roles = strings.ReplaceAll(disabled, "Person", shown), strings.ReplaceAll(roles, "Person", shown)
		page := list("who=cli:root&whom=ada%40example.org", roles, disabled)
		if !strings.Contains(page.Body, `href="/admin/users/`+ada.ID+`"`) || !strings.Contains(page.Body, "buyer\nseller") {
			t.Errorf("no link to the user, or not what it is now:\n%s", page.Body)
		}
		list("whom="+ada.ID+"&what=user.disabled", disabled)
		list("ip=203.0.113.7&what=users", roles, disabled)
		list("ref=k7q2-m4xd", roles, disabled)
		list("client="+url.QueryEscape(app.ID)+"&what=client.added", "test added the application Payroll &lt;b&gt;.")
		list("what=groups")
		list("who=cli:root&until=2020-01-01")
		list("who=cli:root&from=" + time.Now().AddDate(0, 0, 2).Format(time.DateOnly))
		for _, wrong := range []string{"who=nobody%40example.org", "from=yesterday", "until=2026-02-30"} {
			hubtest.Want(t, wrong, b.Open("/admin/audit?"+wrong).Status, 422)
		}

		file := b.Submit(b.Open("/admin/audit?whom="+ada.ID), "/admin/audit.csv")
		if rows := strings.Split(strings.TrimSpace(file.Body), "\n"); file.Status != 200 || !strings.Contains(file.Body, "user.disabled,cli:root,"+ada.ID) || !strings.HasPrefix(rows[0], "time,kind,actor") {
			t.Errorf("CSV: got %d\n%s", file.Status, file.Body)
		}
		file = b.Submit(b.Open("/admin/audit?what=user.disabled"), "/admin/audit.ndjson")
		var line map[string]any
		if err := json.Unmarshal([]byte(file.Body), &line); err != nil || line["target"] != ada.ID || line["kind"] != "user.disabled" {
			t.Errorf("NDJSON: got %d, %v\n%s", file.Status, err, file.Body)
		}
		list("what=audit.exported", "Ada Lovelace exported the audit log.", "Ada Lovelace exported the audit log.")

		event := regexp.MustCompile(`/admin/audit/[0-9a-f-]{36}`).FindString(list("what=user.disabled", disabled).Body)
		p := b.Open(event)
		if p.Status != 200 || !strings.Contains(p.Body, "user.disabled") || !strings.Contains(p.Body, ada.ID) {
			t.Errorf("the event: got %d\n%s", p.Status, p.Body)
		}
		hubtest.Want(t, "no event", b.Open("/admin/audit/none").Status, 404)

		hubtest.Done(t, w.Hub.RemoveUser(t.Context(), by, ada.ID))
		list("what=user.disabled", "cli:root disabled a deleted user ("+ada.ID+").")
	})
}

// A page is small whatever its events hold, and the older ones follow.
func TestAPageOfTheAuditLogIsSmall(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	long := strings.Repeat("Wörterbuch ", 40)
	for n := range 60 {
		ada := w.Person(fmt.Sprintf("ada%d-%s@example.org", n, strings.Repeat("x", 40)))
		_, err := w.Hub.SetRoles(t.Context(), audit.Actor{ID: "cli:root", IP: "2001:db8:1234:5678:9abc:def0:1234:5678", Ref: "K7Q2-M4XD"}, ada.ID, []string{long[:60], long[60:100]})
		hubtest.Done(t, err)
	}
	path, seen := "/admin/audit?what=user.roles.changed", 0
	older := regexp.MustCompile(`href="([^"]*)" id="older"`)
	for range 3 {
		p := b.Open(path)
		t.Logf("%d bytes", len(p.Body))
		if len(p.Body) > 60<<10 {
			t.Errorf("the page has %d bytes", len(p.Body))
		}
		seen += len(deeds(p))
		if m := older.FindStringSubmatch(p.Body); m != nil {
			path = html.UnescapeString(m[1])
		}
	}
	hubtest.Want(t, "events", seen, 60)
}
