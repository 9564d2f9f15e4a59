package templates

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/static"
)

// words are the functions that templates may call. They put values into words
// and decide nothing.
func words() template.FuncMap {
	return template.FuncMap{
		"asset":    static.URL,
		"icon":     static.Icon,
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"human":    func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") },
		"day":      func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
		"span":     span,
		"initial":  initial,
		"count":    func(i int) int { return i + 1 },
		"seg":      Segment,
		"list":     func(all []string) string { return strings.Join(all, ", ") },
		"question": func(name string) string { return "Type “" + name + "” to delete it" },
		"pair":     func(name, value string) Pair { return Pair{name, value} },
		"pairing":  func(csrf string, s Server) ServerForm { return ServerForm{csrf, s} },
		"field":    newField,
		"hint":     hint,
		"kind":     kind,
		"auto":     auto,
		"rows":     rows,
		"mono":     mono,
		"optional": optional,
		"focus":    focus,
		"alerted":  alerted,
		"choices":  choices,
		"picks":    picks,
		"drawn":    static.HasIcon,
		"wrong":    wrong,
		"locked":   locked,
		"on":       on,
	}
}

// span puts a duration into words, in its largest whole unit, rounded up so
// that nothing ever takes longer than the page said.
func span(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}
	for _, unit := range units {
		if d >= unit.size {
			count := int((d + unit.size - 1) / unit.size)
			return plural(count, unit.name)
		}
	}
	return "a second"
}

func plural(count int, name string) string {
	if count == 1 {
		return "1 " + name
	}
	return strconv.Itoa(count) + " " + name + "s"
}

// initial is the letter in the tile beside a name.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	if r, _ := utf8.DecodeRuneInString(name); r != utf8.RuneError && unicode.IsGraphic(r) {
		return string(r)
	}
	return "?"
}

// Segment writes a string as one segment of a path. A plus sign is escaped
// too, for it is a space to some who read it.
func Segment(s string) string { return strings.ReplaceAll(url.PathEscape(s), "+", "%2B") }
