package fields_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/users/fields"
)

func TestAValueFitsItsField(t *testing.T) {
	choice := fields.Field{Type: fields.Choice, Choices: []string{"HR", "IT"}}
	for _, row := range []struct {
		field              fields.Field
		typed, kept, fault string
		claim              string
	}{
		{fields.Field{Type: fields.Text}, "  Sales  ", "Sales", "", `"Sales"`},
		{fields.Field{Type: fields.Text}, "", "", "", "null"},
		{fields.Field{Type: fields.Text, Max: 3}, "äöüx", "", "field.value.long", "null"},
		{fields.Field{Type: fields.Text}, "a\u202eb", "", "field.value.long", "null"},
		{fields.Field{Type: fields.Text}, "a\nb", "", "field.value.long", "null"},
		{fields.Field{Type: fields.Text}, strings.Repeat("a", 201), "", "field.value.long", "null"},
		{fields.Field{Type: fields.Number}, "42", "42", "", "42"},
		{fields.Field{Type: fields.Number}, "3.50", "3.50", "", "3.50"},
		{fields.Field{Type: fields.Number}, "NaN", "", "field.value.number", "null"},
		{fields.Field{Type: fields.Number}, "0x10", "", "field.value.number", "null"},
		{fields.Field{Type: fields.Number}, "1_0", "", "field.value.number", "null"},
		{fields.Field{Type: fields.Number}, "1e999", "", "field.value.number", "null"},
		{fields.Field{Type: fields.Boolean}, "true", "true", "", "true"},
		{fields.Field{Type: fields.Boolean}, "false", "false", "", "false"},
		{fields.Field{Type: fields.Boolean}, "yes", "", "field.value.boolean", "null"},
		{fields.Field{Type: fields.Date}, "2026-12-31", "2026-12-31", "", `"2026-12-31"`},
		{fields.Field{Type: fields.Date}, "2026-02-30", "", "field.value.date", "null"},
		{choice, "HR", "HR", "", `"HR"`},
		{choice, "hr", "", "field.value.choice", "null"},
	} {
		kept, fault := row.field.Clean(row.typed)
		if kept != row.kept || fault != row.fault {
			t.Errorf("%s %q: got %q, %q", row.field.Type, row.typed, kept, fault)
		}
		row.field.ID = "f"
		claim, err := json.Marshal(row.field.Claim([]fields.Value{{Field: "f", Content: row.typed}}))
		if err != nil || string(claim) != row.claim {
			t.Errorf("%s %q as a claim: %s, %v, want %s", row.field.Type, row.typed, claim, err, row.claim)
		}
	}
}

func TestADefinitionIsChecked(t *testing.T) {
	good := fields.Field{Name: "department", Label: "Department", Type: fields.Text}
	for want, edit := range map[string]func(*fields.Field){
		"":                                 func(*fields.Field) {},
		"field_name: field.name.bad [1]":   func(f *fields.Field) { f.Name = "1a" },
		"field_name: field.name.bad [A]":   func(f *fields.Field) { f.Name = "Dep" },
		"field_name: field.name.bad [ ]":   func(f *fields.Field) { f.Name = "" },
		"field_name: field.name.taken [s]": func(f *fields.Field) { f.Name = "sub" },
		"field_name: field.name.taken [e]": func(f *fields.Field) { f.Name = "email" },
		"field_name: field.name.taken [r]": func(f *fields.Field) { f.Name = "roles" },
		"field_name: field.name.taken [c]": func(f *fields.Field) { f.Name = "country" },
		"label: field.label.bad":           func(f *fields.Field) { f.Label = "" },
		"type: field.type.bad":             func(f *fields.Field) { f.Type = "script" },
		"max: field.max.bad":               func(f *fields.Field) { f.Max = 501 },
		"choices: field.choices.bad [0]":   func(f *fields.Field) { f.Type = fields.Choice },
		"choices: field.choices.bad [1]":   func(f *fields.Field) { f.Type, f.Choices = fields.Choice, []string{""} },
	} {
		f := good
		edit(&f)
		got := ""
		if p := fields.Check([]fields.Field{f}); len(p) > 0 {
			got = p[0].Field + ": " + p[0].Code
		}
		if want, _, _ = strings.Cut(want, " ["); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if p := fields.Check([]fields.Field{good, good}); len(p) != 1 || p[0].Code != "field.name.twice" {
		t.Errorf("two of one name: %v", p)
	}
	var many []fields.Field
	for i := range fields.Most + 1 {
		f := good
		f.Name = fmt.Sprintf("f%d", i)
		many = append(many, f)
	}
	if p := fields.Check(many); len(p) != 1 || p[0].Code != "field.many" {
		t.Errorf("51 fields: %v", p)
	}
}

func TestAFieldOfADeletedOnesNameHasNotItsValues(t *testing.T) {
	old, young := fields.Field{ID: "1", Name: "team", Type: fields.Text}, fields.Field{ID: "2", Name: "team", Type: fields.Text}
	values := fields.Merge([]fields.Field{old}, nil, map[string]string{"1": "Red"})
	if young.Of(values) != "" || old.Of(values) != "Red" {
		t.Errorf("got %v", values)
	}
	if after := fields.Merge([]fields.Field{young}, values, map[string]string{"2": "Blue"}); !slices.Equal(after, []fields.Value{{Field: "2", Content: "Blue"}}) {
		t.Errorf("after a change: %v", after)
	}
}
