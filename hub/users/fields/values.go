package fields

import "github.com/fedhub/fedhub/internal/forms"

// Clean are the typed values as they are kept, by the IDs of the fields. typed has
// them by name. Mistakes are at "field_" and the name.
func Clean(all []Field, typed map[string]string) (clean map[string]string, problems forms.Problems) {
	clean = map[string]string{}
	for _, f := range all {
		value, there := typed[f.Name]
		if !there {
			continue
		}
		text, fault := f.Clean(value)
		if fault != "" {
			problems.Add("field_"+f.Name, fault, "label", f.Label, "max", f.Length(), "choices", f.Choices)
		}
		clean[f.ID] = text
	}
	return clean, problems
}

// Merge are a user's values after a change, in the order of the definitions.
// Values of fields that are gone are left out.
func Merge(all []Field, before []Value, clean map[string]string) []Value {
	var values []Value
	for _, f := range all {
		text, changes := clean[f.ID]
		if !changes {
			text = f.Of(before)
		}
		if text != "" {
			values = append(values, Value{Field: f.ID, Content: text})
		}
	}
	return values
}

// Texts are the values by the names of their fields, with the prefix "fields.",
// as an audit event lists changes.
func Texts(all []Field, values []Value) map[string]string {
	texts := map[string]string{}
	for _, f := range all {
		if text := f.Of(values); text != "" {
			texts["fields."+f.Name] = text
		}
	}
	return texts
}
