package store

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Rules that every engine checks before it uses its database, so that all
// engines accept the same.

// Names become parts of statements and index definitions, where databases
// accept no placeholders. A plain alphabet makes them safe.
var (
	setName   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,59}$`)
	fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,59}(\.[A-Za-z][A-Za-z0-9_]{0,59}){0,3}$`)
)

// Check reports why no engine can have such a set, or nil.
func (s CollectionSpec) Check() error {
	if !setName.MatchString(s.Name) || reserved(s.Name) {
		return fmt.Errorf("%q cannot be the name of a set", s.Name)
	}
	fields := slices.Concat(s.Unique, s.Index, s.Integers, s.Times)
	for i, f := range fields {
		if !fieldName.MatchString(f) {
			return fmt.Errorf("set %s: %q cannot be an index field", s.Name, f)
		}
		if slices.Contains(fields[:i], f) {
			return fmt.Errorf("set %s: index field %s is declared twice", s.Name, f)
		}
	}
	return nil
}

// reserved names belong to the databases.
func reserved(name string) bool {
	return len(name) > 7 && (name[:7] == "sqlite_" || name[:7] == "system_")
}

// CheckRecord reports why a record cannot be stored in this set, or nil.
func (s CollectionSpec) CheckRecord(r Record) error {
	if !IsText(r.ID) || r.ID == "" {
		return fmt.Errorf("set %s: an id must be UTF-8 text", s.Name)
	}
	if err := checkFields(r.Doc, maxDepth); err != nil {
		return fmt.Errorf("set %s: record %q: %w", s.Name, r.ID, err)
	}
	for _, f := range slices.Concat(s.Unique, s.Index, s.Integers, s.Times) {
		if v, found := lookUp(r.Doc, f); found && !s.indexes(f, v) {
			return fmt.Errorf("set %s: record %q: index field %s must be %s", s.Name, r.ID, f, s.kind(f))
		}
	}
	return nil
}

// lookUp finds the value of an index field; null counts as missing.
func lookUp(doc bson.Raw, field string) (bson.RawValue, bool) {
	for {
		name, rest, inside := strings.Cut(field, ".")
		v, err := doc.LookupErr(name)
		if err != nil || v.Type == bson.TypeNull {
			return bson.RawValue{}, false
		}
		if !inside {
			return v, true
		}
		if v.Type != bson.TypeEmbeddedDocument {
			// No index accepts it: one engine would index a list and the other
			// would not.
			return bson.RawValue{Type: bson.TypeUndefined}, true
		}
		doc, field = v.Document(), rest
	}
}

// The kinds of index values, as errors name them.
const (
	text    = "UTF-8 text"
	integer = "a whole number, not negative"
	instant = "a time until the year 9999"
)

// kind is the kind of a declared index field; empty if there is none.
func (s CollectionSpec) kind(field string) string {
	switch {
	case slices.Contains(s.Unique, field), slices.Contains(s.Index, field):
		return text
	case slices.Contains(s.Integers, field):
		return integer
	case slices.Contains(s.Times, field):
		return instant
	}
	return ""
}

// indexes reports whether an index field can have a value.
func (s CollectionSpec) indexes(field string, v bson.RawValue) bool {
	switch s.kind(field) {
	case text:
		t, ok := v.StringValueOK()
		return ok && IsText(t)
	case integer:
		n, ok := v.AsInt64OK()
		return ok && v.Type != bson.TypeDouble && n >= 0
	default:
		ms, ok := v.DateTimeOK()
		return ok && ms < endOfTime.UnixMilli()
	}
}

// endOfTime is the first time that a time index cannot hold.
var endOfTime = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)

// IsTime reports whether a declared index field holds times.
func (s CollectionSpec) IsTime(field string) bool { return slices.Contains(s.Times, field) }

// IsInteger reports whether a declared index field holds whole numbers.
func (s CollectionSpec) IsInteger(field string) bool { return slices.Contains(s.Integers, field) }

// IsUnique reports whether no two records share a value of the field.
func (s CollectionSpec) IsUnique(field string) bool { return slices.Contains(s.Unique, field) }

// CheckQuery reports why this set cannot answer a query, or nil.
func (s CollectionSpec) CheckQuery(q Query) error {
	kind := text
	if q.Field != "" {
		if kind = s.kind(q.Field); kind == "" {
			return fmt.Errorf("set %s: %s is not a declared index", s.Name, q.Field)
		}
	}
	if kind != text && (q.Equals != "" || q.Prefix != "") {
		return fmt.Errorf("set %s: %s does not hold text, so it cannot be compared with text", s.Name, q.Field)
	}
	for _, bound := range []any{q.From, q.Below, q.AfterValue} {
		if bound != nil && !fits(kind, bound) {
			return fmt.Errorf("set %s: %v is not %s", s.Name, bound, kind)
		}
	}
	if (q.AfterValue != nil) != (q.Ordered() && q.After != "") {
		return fmt.Errorf("set %s: a page in the order of a field continues after a value and an id", s.Name)
	}
	return nil
}

// CheckCount is CheckQuery for a count, which needs a bound.
func (s CollectionSpec) CheckCount(q Query) error {
	if q.Limit <= 0 {
		return fmt.Errorf("set %s: a count needs a bound", s.Name)
	}
	return s.CheckQuery(q)
}

func fits(kind string, bound any) bool {
	switch bound.(type) {
	case string:
		return kind == text
	case int, int64:
		return kind == integer
	case time.Time:
		return kind == instant
	}
	return false
}

// IsText reports whether a database can store s as text. Other text is no id
// and no index value, so looking it up finds nothing.
func IsText(s string) bool { return utf8.ValidString(s) }

// Empty reports whether a query can never select anything.
func (q Query) Empty() bool {
	for _, bound := range []any{q.From, q.Below, q.AfterValue} {
		if t, ok := bound.(string); ok && !IsText(t) {
			return true
		}
	}
	return !IsText(q.Equals) || !IsText(q.Prefix) || !IsText(q.After)
}

// PrefixEnd returns the smallest text above all that start with prefix, in byte
// order, which for UTF-8 is the order of code points. It returns false if there
// is none: then everything from the prefix on starts with it.
func PrefixEnd(prefix string) (string, bool) {
	runes := []rune(prefix)
	for i := len(runes) - 1; i >= 0; i-- {
		next := runes[i] + 1
		if next == 0xD800 { // surrogates are not characters
			next = 0xE000
		}
		if next <= utf8.MaxRune {
			return string(append(runes[:i], next)), true
		}
	}
	return "", false
}

var errDollar = errors.New("a field name cannot begin with $")

// maxDepth is how deep a document may nest, as in MongoDB itself.
const maxDepth = 100

// checkFields refuses what not every engine stores exactly, at any depth.
func checkFields(doc bson.Raw, depth int) error {
	if depth == 0 {
		return fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	elements, err := doc.Elements()
	if err != nil {
		return fmt.Errorf("it is not a document: %w", err)
	}
	for _, e := range elements {
		// Extended JSON and MongoDB give such names a special meaning.
		if key := e.Key(); key != "" && key[0] == '$' {
			return errDollar
		}
		if err := checkValue(e.Value(), depth); err != nil {
			return err
		}
	}
	return nil
}

// checkValue accepts the types of Go values. Others are MongoDB's own (regular
// expressions, scripts, replication marks).
func checkValue(v bson.RawValue, depth int) error {
	switch v.Type {
	case bson.TypeEmbeddedDocument:
		return checkFields(v.Document(), depth-1)
	case bson.TypeArray:
		return checkFields(bson.Raw(v.Array()), depth-1)
	case bson.TypeString, bson.TypeBoolean, bson.TypeInt32, bson.TypeInt64, bson.TypeDouble, bson.TypeDecimal128,
		bson.TypeDateTime, bson.TypeBinary, bson.TypeObjectID, bson.TypeNull:
		return nil
	}
	return fmt.Errorf("a field cannot be a %s", v.Type)
}
