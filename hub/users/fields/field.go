// Package fields has the user fields that administrators define themselves, and
// the rules for their values. It knows no user: package users keeps the values.
package fields

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// Types of a field.
const (
	Text    = "text"
	Number  = "number"
	Boolean = "boolean"
	Date    = "date"
	Choice  = "choice"
)

// Types returns all types.
func Types() []string { return []string{Text, Number, Boolean, Date, Choice} }

// A Field is the definition of one field. It is part of the settings.
type Field struct {
	// ID is random and never used again: a field with the name of a deleted one
	// does not get its values.
	ID      string   `bson:"id"`
	Name    string   `bson:"name"`  // in mappings and commands
	Label   string   `bson:"label"` // on pages
	Type    string   `bson:"type"`  // one of Types
	Max     int      `bson:"max,omitempty"`
	Choices []string `bson:"choices,omitempty"`
	Visible bool     `bson:"visible,omitempty"` // users see their own value
	Edited  bool     `bson:"edited,omitempty"`  // and change it
}

// A Value is what one user has in a field. Other fields are empty.
type Value struct {
	Field   string `bson:"field"` // the ID
	Content string `bson:"content"`
}

// Length is how many characters a value may have.
func (f Field) Length() int {
	if f.Max == 0 {
		return DefaultLength
	}
	return f.Max
}

// Limits of definitions and values.
const (
	Most          = 50
	DefaultLength = 200
	MostLength    = 500
	maxChoices    = 100
	maxName       = 40
	maxLabel      = 60
)

// Of is the text of a field among the values; empty if there is none.
func (f Field) Of(values []Value) string {
	for _, v := range values {
		if v.Field == f.ID {
			return v.Content
		}
	}
	return ""
}

// Clean is a typed value as it is kept; the code says what is wrong with it.
// Empty removes the value.
func (f Field) Clean(typed string) (text, fault string) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", ""
	}
	if !utf8.ValidString(typed) || utf8.RuneCountInString(typed) > f.Length() || strings.ContainsFunc(typed, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return "", "field.value.long"
	}
	switch f.Type {
	case Number:
		if n, err := strconv.ParseFloat(typed, 64); err != nil || n-n != 0 || !jsonx.IsValid([]byte(typed)) { // neither NaN nor infinite, and JSON
			return "", "field.value.number"
		}
	case Boolean:
		if typed != "true" && typed != "false" {
			return "", "field.value.boolean"
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, typed); err != nil {
			return "", "field.value.date"
		}
	case Choice:
		if !slices.Contains(f.Choices, typed) {
			return "", "field.value.choice"
		}
	}
	return typed, ""
}

// Claim is the value of a claim that is made of the field; nil if it is empty or
// does not fit the field any more.
func (f Field) Claim(values []Value) any {
	text, fault := f.Clean(f.Of(values))
	switch {
	case text == "" || fault != "":
		return nil
	case f.Type == Number:
		return jsonx.Value(text)
	case f.Type == Boolean:
		return text == "true"
	}
	return text
}

// Named returns the field with this name.
func Named(all []Field, name string) (Field, bool) {
	if at := slices.IndexFunc(all, func(f Field) bool { return f.Name == name }); at >= 0 {
		return all[at], true
	}
	return Field{}, false
}
