package templates

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/templates/locales"
)

func TestEveryPageStandsEmpty(t *testing.T) {
	for _, page := range everyPage() {
		t.Run(fmt.Sprintf("%T", page), func(t *testing.T) {
			text, tree := render(t, Frame{}, page)
			// Without content some headings have nothing to say.
			checkTags(t, text)
			checkIDs(t, tree)
			checkLandmarks(t, tree)
			checkPolicy(t, tree)
		})
	}
}

func TestEveryPageStandsWithHostileContent(t *testing.T) {
	for _, path := range []string{"/signin", "/admin/clients/x"} {
		for _, page := range everyFullPage(t) {
			t.Run(fmt.Sprintf("%T", page), func(t *testing.T) {
				page := withoutFieldMistakes(page)
				text, tree := render(t, fullFrame(t, path), page)
				check(t, text, tree)
				if strings.Contains(text, "<img src=x") || strings.Contains(text, "<script>alert") {
					t.Error("something hostile reached the page")
				}
			})
		}
	}
}

func TestTitlesTellPagesApart(t *testing.T) {
	seen := map[string]string{}
	for _, page := range everyPage() {
		_, tree := render(t, Frame{Hub: "Example ID"}, page)
		title := titleOf(tree)
		if !strings.HasSuffix(title, " – Example ID") {
			t.Errorf("%T: the title %q does not end with the hub", page, title)
		}
		if other, taken := seen[title]; taken && title != " – Example ID" {
			if !strings.HasPrefix(title, "Continue to") { // two ways to the same end
				t.Errorf("%T and %s share the title %q", page, other, title)
			}
		}
		seen[title] = fmt.Sprintf("%T", page)
	}
}

// If no passkey can be added, the page says why, and has no form.
func TestPasskeysThatCannotBeAdded(t *testing.T) {
	for id, why := range map[string]Passkeys{`id="off"`: {Off: locales.Stored("There is no https.")}, "most allowed": {Full: true}, `id="confirm-first"`: {}, `id="address-first"`: {Fresh: true, AddressFirst: true}} {
		why.List = filled(t, Passkeys{}).(Passkeys).List
		text, tree := render(t, fullFrame(t, "/account/passkeys"), why)
		check(t, text, tree)
		if !strings.Contains(text, id) || strings.Contains(text, "add-form") || strings.Contains(text, "passkey-") {
			t.Errorf("%s: %s", id, text)
		}
	}
}

// TestMistakesLeadToTheirFields puts a mistake on every control of every form.
func TestMistakesLeadToTheirFields(t *testing.T) {
	for _, page := range everyFullPage(t) {
		if !reflect.ValueOf(page).FieldByName("Mistakes").IsValid() {
			continue
		}
		t.Run(fmt.Sprintf("%T", page), func(t *testing.T) {
			_, before := render(t, Frame{Hub: "Example ID"}, withoutFieldMistakes(page))
			var mistakes []Mistake
			for _, name := range checkedFields(before) {
				mistakes = append(mistakes, Mistake{name, locales.Stored("Put " + name + " right.")})
			}
			text, tree := render(t, Frame{Hub: "Example ID"}, withMistakes(page, mistakes))
			check(t, text, tree)

			if got, want := titleOf(tree), "Error: "; !strings.HasPrefix(got, want) {
				t.Errorf("got title %q, want it to begin with %q", got, want)
			}
			problems := byID(t, tree, "problems")
			if role, _ := attr(problems, "role"); role != "alert" {
				t.Errorf("the summary has the role %q", role)
			}
			for _, mistake := range mistakes {
				checkMistake(t, tree, mistake)
			}
		})
	}
}

func checkMistake(t *testing.T, tree *html.Node, mistake Mistake) {
	t.Helper()
	control := byID(t, tree, mistake.Field)
	if invalid, _ := attr(control, "aria-invalid"); invalid != "true" {
		t.Errorf("%s: got aria-invalid %q, want true", mistake.Field, invalid)
	}
	described, _ := attr(control, "aria-describedby")
	if !slices.Contains(strings.Fields(described), mistake.Field+"-error") {
		t.Errorf("%s is described by %q, which leaves out its mistake", mistake.Field, described)
	}
	if got := spoken(byID(t, tree, mistake.Field+"-error")); got != mistake.Text.English() {
		t.Errorf("got %q, want %q", got, mistake.Text.English())
	}
}

func TestAValidFormSaysNothingIsInvalid(t *testing.T) {
	for _, page := range everyFullPage(t) {
		text, _ := render(t, Frame{}, withoutFieldMistakes(page))
		if strings.Contains(text, "aria-invalid") {
			t.Errorf("%T: a control is invalid without a mistake", page)
		}
	}
}

func TestAFailedPageSendsNothing(t *testing.T) {
	var out bytes.Buffer
	err := Render(&out, Frame{}, Continue{Client: "Payroll", URL: "javascript:alert(1)"})
	if err == nil {
		t.Error("got no error, want one")
	}
	if got := out.Len(); got != 0 {
		t.Errorf("got %d bytes, want none", got)
	}
}

func TestASendingErrorIsReported(t *testing.T) {
	err := Render(brokenPipe{}, Frame{}, SignedOut{})
	if !errors.Is(err, errPipe) {
		t.Errorf("got %v, want %v", err, errPipe)
	}
}

var errPipe = errors.New("gone")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestContinueReachesAppsOnADevice(t *testing.T) {
	target := "com.example.app:/cb?code=a b&state='\"><x"
	_, tree := render(t, Frame{}, Continue{Client: "Scanner", URL: target})

	href, _ := attr(byID(t, tree, "continue"), "href")
	if got, want := href, target; got != want {
		t.Errorf("got link %q, want %q", got, want)
	}
	for node := range elements(tree) {
		if _, ok := attr(node, "http-equiv"); ok {
			content, _ := attr(node, "content")
			if got, want := content, "0; url="+target; got != want {
				t.Errorf("got refresh %q, want %q", got, want)
			}
		}
	}
}

func TestContinueRefusesWhatRunsInTheBrowser(t *testing.T) {
	targets := []string{
		"javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
		"data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://x/y", "about:blank",
		"view-source:https://x", "", "/relative", "//elsewhere.example", "'https://x", ":",
	}
	for _, target := range targets {
		if got, err := (Continue{URL: target}).Target(); err == nil {
			t.Errorf("%q: got %q, want an error", target, got)
		}
	}
}

func TestANameNobodyCheckedIsNotShown(t *testing.T) {
	client := Client{Name: "Your Bank", Host: "apps.example", SelfDeclared: true}
	for _, page := range []Page{Consent{Client: client}, SignIn{Client: client, Password: true}} {
		text, _ := render(t, Frame{Hub: "Example ID"}, page)
		if strings.Contains(text, "Your Bank") {
			t.Errorf("%T shows the name a client gave itself", page)
		}
		if strings.Contains(text, "another server") {
			t.Errorf("%T takes an app for a hub", page)
		}
		if !strings.Contains(text, "apps.example") {
			t.Errorf("%T does not show the host", page)
		}
	}
}

// A hub is named by what an administrator confirmed, and where it is; it was
// approved, so nothing warns of it.
func TestAHubIsNamedWithItsHost(t *testing.T) {
	hub := Client{Name: "Branch", Host: "branch.example", Server: true, For: "Sample app"}
	for _, page := range []Page{Consent{Client: hub}, SignIn{Client: hub, Password: true}} {
		text, _ := render(t, Frame{Hub: "Head office"}, page)
		if !strings.Contains(text, "Branch (branch.example)") || strings.Contains(text, `class="note warn"`) {
			t.Errorf("%T: got\n%s", page, text)
		}
		if !strings.Contains(text, `<b>Sample app</b></span><span class="past"><b>Branch (branch.example)</b></span><span class="here"><b>Head office</b>`) {
			t.Errorf("%T loses the app: got\n%s", page, text)
		}
	}
	hub.SelfDeclared = true
	text, _ := render(t, Frame{Hub: "Head office"}, Consent{Client: hub})
	if strings.Contains(text, "<b>Branch") || strings.Contains(text, `class="note warn"`) || !strings.Contains(text, "branch.example wants access") {
		t.Errorf("without a confirmed name: got\n%s", text)
	}
}

func TestFocusNeverSkipsAMessage(t *testing.T) {
	rows := []struct {
		page SignIn
		want string // id of the one element with autofocus
	}{
		{SignIn{Password: true}, "email"},
		{SignIn{Password: true, Email: "ada@example.org"}, "password"},
		{SignIn{Password: true, Alert: Note{Title: locales.Stored("Too many attempts.")}}, "problems"},
		{SignIn{Password: true, Mistakes: []Mistake{{"email", locales.Stored("Enter it.")}}}, "problems"},
	}
	for _, row := range rows {
		_, tree := render(t, Frame{}, row.page)
		var got []string
		for node := range elements(tree) {
			if _, ok := attr(node, "autofocus"); ok {
				id, _ := attr(node, "id")
				got = append(got, id)
			}
		}
		if want := []string{row.want}; !slices.Equal(got, want) {
			t.Errorf("got focus on %v, want %v", got, want)
		}
	}
}

// Enter in a field presses the first button of its form (HTML, implicit
// submission), so that must be the one that the form is for.
func TestEnterPressesTheMainButtonOfAForm(t *testing.T) {
	found := 0
	for _, page := range everyFullPage(t) {
		_, tree := render(t, fullFrame(t, "/admin/clients/x"), page)
		for form := range elements(tree) {
			if form.Data != "form" {
				continue
			}
			var submits []*html.Node
			typed := false
			for node := range elements(form) {
				kind, _ := attr(node, "type")
				switch {
				case node.Data == "button" && kind != "button" && kind != "reset":
					submits = append(submits, node)
				case node.Data == "input" && kind != "hidden":
					typed = true
				}
			}
			if len(submits) < 2 {
				continue
			}
			found++
			main := slices.IndexFunc(submits, func(n *html.Node) bool {
				class, _ := attr(n, "class")
				return slices.Contains(strings.Fields(class), "primary")
			})
			first, _ := attr(submits[0], "id")
			if main > 0 || main < 0 && typed {
				t.Errorf("%T: Enter presses %q, which is not the main button", page, first)
			}
		}
	}
	if found == 0 {
		t.Error("no form with several buttons was found")
	}
}

func TestPasswordManagersFindTheirFields(t *testing.T) {
	_, tree := render(t, Frame{}, SignIn{Password: true})
	for id, want := range map[string]string{"email": "username", "password": "current-password"} {
		if got, _ := attr(byID(t, tree, id), "autocomplete"); got != want {
			t.Errorf("%s: got autocomplete %q, want %q", id, got, want)
		}
	}
}

func TestALockedSettingNamesItsVariable(t *testing.T) {
	page := AdminSettings{HubName: "Example ID", Locked: map[string]string{"hub_name": "FEDHUB_NAME"}}
	text, tree := render(t, Frame{}, page)

	if _, readonly := attr(byID(t, tree, "hub_name"), "readonly"); !readonly {
		t.Error("the locked field can be edited")
	}
	if !strings.Contains(text, "FEDHUB_NAME") {
		t.Error("the page does not name the variable")
	}
}

func TestTimesAreReadByPeopleAndMachines(t *testing.T) {
	at := time.Date(2026, 3, 14, 11, 5, 0, 0, time.FixedZone("", 7200))
	text, _ := render(t, Frame{Reference: "7F3K"}, ErrorPage{Title: locales.Stored("Gone."), Time: at})

	want := `<time datetime="2026-03-14T09:05:00Z">14 Mar 2026, 09:05 UTC</time>`
	if !strings.Contains(text, want) {
		t.Errorf("the page lacks %s", want)
	}
}

func TestSpansAreRoundedUp(t *testing.T) {
	rows := map[time.Duration]string{
		0: "1 second", time.Second: "1 second", 59 * time.Second: "59 seconds", time.Minute: "1 minute",
		90 * time.Second: "2 minutes", 4 * time.Minute: "4 minutes", time.Hour: "1 hour", 25 * time.Hour: "2 days",
	}
	for span, want := range rows {
		if got, err := locales.English().Span(span); err != nil || got != want {
			t.Errorf("%v: got %q, %v, want %q", span, got, err, want)
		}
	}
}

func TestNavigationMarksWhereOneIs(t *testing.T) {
	rows := map[string]string{
		"/admin/clients": "/admin/clients", "/admin/clients/x/delete": "/admin/clients",
		"/admin/providers/new": "/admin/providers", "/admin/keysmith": "", "/admin": "/admin", "/account": "", "/administer": "",
	}
	for path, want := range rows {
		got := ""
		for _, group := range (Frame{Path: path}).Nav() {
			for _, item := range group.Items {
				if item.Current {
					got += item.URL
				}
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

// checkedFields are the names of the controls that can have a mistake: all
// those that a person types into or chooses from.
func checkedFields(tree *html.Node) []string {
	var names []string
	for node := range elements(tree) {
		id, _ := attr(node, "id")
		kind, _ := attr(node, "type")
		name, _ := attr(node, "name")
		typed := slices.Contains([]string{"input", "select", "textarea"}, node.Data) && kind != "checkbox" && kind != "radio" && kind != "search"
		if _, unseen := attr(node, "hidden"); unseen {
			continue
		}
		if typed && id == name || node.Data == "fieldset" && id != "" {
			names = append(names, id)
		}
	}
	return names
}

func titleOf(tree *html.Node) string {
	for node := range elements(tree) {
		if node.Data == "title" {
			return spoken(node)
		}
	}
	return ""
}

func withMistakes(page Page, mistakes []Mistake) Page {
	changed := reflect.New(reflect.TypeOf(page)).Elem()
	changed.Set(reflect.ValueOf(page))
	if field := changed.FieldByName("Mistakes"); field.IsValid() {
		field.Set(reflect.ValueOf(mistakes))
	}
	if field := changed.FieldByName("Alert"); field.IsValid() {
		field.Set(reflect.ValueOf(Note{}))
	}
	return changed.Interface().(Page)
}

func withoutFieldMistakes(page Page) Page {
	changed := reflect.New(reflect.TypeOf(page)).Elem()
	changed.Set(reflect.ValueOf(page))
	if field := changed.FieldByName("Mistakes"); field.IsValid() {
		field.Set(reflect.ValueOf([]Mistake{{Text: locales.Stored(hostile)}}))
	}
	return changed.Interface().(Page)
}

// The heading of an error is a sentence; a title of a tab is none.
func TestATabHasNoFullStop(t *testing.T) {
	page := ErrorPage{Title: locales.Stored("Too many attempts.")}
	if _, tree := render(t, Frame{Hub: "Example ID"}, page); titleOf(tree) != "Too many attempts – Example ID" {
		t.Errorf("got %q", titleOf(tree))
	}
}
