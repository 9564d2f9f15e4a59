// Package letters is what the hub writes to people: one struct and one text
// file for each letter. The first line of a file is the subject; the text
// begins behind the empty line after it.
//
// A letter is plain text, so that it reads the same everywhere and hides no
// address behind a word. It says why it came, what to do, and what to do if
// one did not ask for it.
package letters

import (
	"bytes"
	"embed"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"text/template"
	"time"
	"unicode"
)

//go:embed *.txt
var files embed.FS

// A Letter is one of the structs of this package.
type Letter interface{ file() string }

// Write renders a letter. Every string in it is one short line, whatever
// somebody called themselves: no name can continue our text with a paragraph
// of its own.
func Write(l Letter) (subject, text string, err error) {
	var whole bytes.Buffer
	if err := parsed().ExecuteTemplate(&whole, l.file()+".txt", lines(l)); err != nil {
		return "", "", fmt.Errorf("write %T: %w", l, err)
	}
	subject, text, found := strings.Cut(whole.String(), "\n\n")
	if !found || strings.Contains(subject, "\n") {
		return "", "", fmt.Errorf("write %T: the first line must be the subject", l)
	}
	return subject, strings.TrimSpace(text) + "\n", nil
}

var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"span": span}).Option("missingkey=error").ParseFS(files, "*.txt"))
})

// lines copies a letter with each of its strings made one line.
func lines(l Letter) any {
	copied := reflect.New(reflect.TypeOf(l)).Elem()
	copied.Set(reflect.ValueOf(l))
	straighten(copied)
	return copied.Interface()
}

func straighten(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(line(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			straighten(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.AppendSlice(reflect.Zero(v.Type()), v)) // the caller's stays as it is
		for i := range v.Len() {
			straighten(v.Index(i))
		}
	}
}

const longest = 500 // runes

func line(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}), " ")
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest])
	}
	return s
}

// span is a duration as one would say it.
func span(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= unit.of {
			n := int(d / unit.of)
			if n == 1 {
				return "1 " + unit.name
			}
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return "a moment"
}
