package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A Change is the earlier and the new value of one field of a record.
type Change struct {
	Field  string `bson:"field" json:"field"`
	Before string `bson:"before,omitempty" json:"before,omitempty"`
	After  string `bson:"after,omitempty" json:"after,omitempty"`
}

// Secret is the change of a field with a secret value.
func Secret(field string) Change { return Change{Field: field, After: "changed"} }

// Roles is the change of a user's roles; nothing if they are equal.
func Roles(before, after []string) []Change { return list("roles", before, after) }

// Groups is the change of the names of a user's groups.
func Groups(before, after []string) []Change { return list("groups", before, after) }

func list(field string, before, after []string) []Change {
	fields := func(values []string) Fields {
		if len(values) == 0 {
			return nil
		}
		return Fields{field: strings.Join(values, "\n")}
	}
	return fields(before).To(fields(after))
}

// Bounds of a stored change.
const (
	mostChanges = 50
	mostValue   = 500 // bytes
)

// Fields are the visible fields of a record: values by stored field names, with
// dots for nested fields.
type Fields map[string]string

// FieldsOf copies a record's visible fields. It skips fields that are tagged as
// secret, and who wrote the record and when.
func FieldsOf(record any) Fields {
	seen, err := store.Visible(record)
	if err != nil {
		return Fields{"": err.Error()} // the audit event is still written
	}
	f := Fields{}
	f.add("", seen)
	for _, name := range []string{"created", "createdBy", "updated", "updatedBy", "decided", "decidedBy"} {
		delete(f, name)
	}
	return f
}

func (f Fields) add(at string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			f.add(strings.TrimPrefix(at+"."+name, "."), inner)
		}
	case []any:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = fmt.Sprint(one)
		}
		f[at] = strings.Join(texts, "\n") // names may contain spaces and commas
	case time.Time:
		f[at] = v.UTC().Format(time.RFC3339)
	case nil:
	default:
		f[at] = fmt.Sprint(v)
	}
	if f[at] == "" || f[at] == "false" || f[at] == "0" {
		delete(f, at) // the same as a missing field
	}
}

// To lists the differences, sorted by name.
func (f Fields) To(after Fields) []Change {
	both := Fields{}
	maps.Copy(both, f)
	maps.Copy(both, after)
	var all []Change
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if f[name] != after[name] && len(all) < mostChanges {
			all = append(all, Change{name, clip(f[name]), clip(after[name])})
		}
	}
	return all
}

func clip(value string) string {
	if len(value) <= mostValue {
		return value
	}
	return strings.ToValidUTF8(value[:mostValue], "") + "…"
}
