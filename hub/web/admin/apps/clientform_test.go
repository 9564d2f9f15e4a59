package apps

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/templates"
)

// controlName is what the form calls a property.
func controlName(p clients.Property) string {
	if p.Control != "" {
		return p.Control
	}
	return p.Stored
}

// inForm are the properties that the form sets, by their controls.
func inForm() map[string]clients.Property {
	all := map[string]clients.Property{}
	for _, p := range clients.Properties() {
		if p.By(clients.ByForm) {
			all[controlName(p)] = p
		}
	}
	return all
}

// shares are the controls that show a part of a property that has another one
// too: grant types and response types are lists.
var shares = map[string]string{"refresh_tokens": "grant_types", "client_credentials": "grant_types", "grants": "grant_types", "response_type": "response_types"}

func TestEveryPropertyOfTheFormHasOneControlThatMovesIt(t *testing.T) {
	want := inForm()
	kept := clients.Client{Frappe: new(clients.FrappeSite)}
	for name, p := range want {
		fillIn(reflect.ValueOf(p.Of(&kept)).Elem(), name)
	}
	kept.GrantTypes = []string{clients.GrantImplicit, clients.GrantRefresh, clients.GrantClientCredentials, clients.GrantDevice}
	kept.ResponseTypes = []string{"id_token", "none"}
	form := formOf(kept)
	saved := clients.Client{Frappe: new(clients.FrappeSite)}
	seen := map[string]bool{}
	for _, section := range sections(&form, &saved) {
		for _, control := range section.controls {
			if _, found := want[control.name]; !found && shares[control.name] == "" || seen[control.name] {
				t.Errorf("the control %s stands twice, or is of no property that the form sets", control.name)
			}
			seen[control.name] = true
			control.apply()
		}
	}
	for name, p := range want {
		if !seen[name] {
			t.Errorf("%s has no control %s", p.Stored, name)
		}
		if got, want := p.Of(&saved), p.Of(&kept); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: its control saved %v, want %v", p.Stored, reflect.ValueOf(got).Elem(), reflect.ValueOf(want).Elem())
		}
	}
}

func fillIn(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.ValueOf([]string{text, text + "2"}))
	case reflect.Pointer:
		v.Set(reflect.ValueOf(new(int64(60))))
	}
}

func TestEveryPropertyOfTheFormHasALabelOnThePage(t *testing.T) {
	var page bytes.Buffer
	if err := templates.Render(&page, templates.Frame{}, templates.AdminClient{ID: "one", Form: templates.ClientForm{Site: true}}); err != nil {
		t.Fatal(err)
	}
	_, settings, _ := strings.Cut(page.String(), `id="settings"`)
	settings, _, _ = strings.Cut(settings, "</form>")
	want := inForm()
	for name, p := range want {
		label := regexp.MustCompile(fmt.Sprintf(`(?s)<label[^>]* for="%s"[^>]*>\s*[^<\s]|<fieldset[^>]* id="%s"[^>]*>\s*<legend>[^<]`, name, name))
		if !label.MatchString(settings) {
			t.Errorf("%s has no label for its control %s", p.Stored, name)
		}
	}
	boxes := slices.Concat(templates.ResponseChoices(), templates.GrantChoices())
	for _, found := range regexp.MustCompile(`<(?:input|textarea|select)[^>]* name="([^"]+)"`).FindAllStringSubmatch(settings, -1) {
		name := found[1]
		box := slices.ContainsFunc(boxes, func(c templates.Choice) bool { return c.ID == name })
		if _, known := want[name]; !known && !box && shares[name] == "" && name != "csrf" {
			t.Errorf("the page has a control %s, of no property that the form sets", name)
		}
	}
}
