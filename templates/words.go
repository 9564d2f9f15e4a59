package templates

import (
	"html/template"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/static"
	"github.com/fedhub/fedhub/templates/locales"
)

// words are the functions that templates may call. They format values and
// decide nothing.
func words(w *locales.Words) template.FuncMap {
	return template.FuncMap{
		"t":        w.Text,
		"say":      func(t locales.Text) (string, error) { return t.In(w) },
		"prose":    prose(w),
		"step":     step(w),
		"naming":   naming(w),
		"link":     func(url, id string) mark { return mark{Kind: "a", URL: url, ID: id} },
		"away":     func(url, id string) mark { return mark{Kind: "a", URL: url, ID: id, Rel: "noreferrer"} },
		"unseen":   func() mark { return mark{Kind: "unseen"} },
		"code":     func() mark { return mark{Kind: "code"} },
		"strong":   func() mark { return mark{Kind: "strong"} },
		"strongid": func(id string) mark { return mark{Kind: "strong", ID: id} },
		"bold":     func() mark { return mark{Kind: "b"} },
		"em":       func() mark { return mark{Kind: "em"} },
		"attime":   moment(w, locales.AtMinute),
		"ondate":   moment(w, locales.OnDay),
		"lang":     w.Lang,
		"dir":      w.Dir,
		"asset":    static.URL,
		"icon":     static.Icon,
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"human":    func(t time.Time) (string, error) { return locales.AtMinute(t).In(w) },
		"day":      func(t time.Time) (string, error) { return locales.OnDay(t).In(w) },
		"span":     w.Span,
		"initial":  initial,
		"count":    func(i int) int { return i + 1 },
		"seg":      Segment,
		"list":     func(all []string) string { return strings.Join(all, ", ") },
		"question": func(name string) (string, error) { return w.Text("bits.question", "name", name) },
		"pair":     func(name, value string) Row { return Row{locales.Stored(name), locales.Stored(value)} },
		"pairing":  func(csrf string, s Server) ServerForm { return ServerForm{csrf, s} },
		"field":    newField,
		"hint":     hint,
		"kind":     kind,
		"accepts":  accepts,
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
		"panel":    panel,
		"rowlist":  rowlist,
		"post":     post,
		"to":       to,
		"nth":      nth,
		"class":    class,
		"upload":   upload,
		"id":       elementID,
		"labelled": labelled,
		"titled":   titledBy,
		"lead":     lead,
		"open":     open,
		"watch":    watch,
		"starts":   starts,
		"ordered":  ordered,
		"passkey":  passkey,
		"autofill": autofill,
	}
}

// initial is the letter in the tile next to a name.
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

// Segment writes a string as one segment of a path. A plus sign is escaped too,
// because some programs read it as a space.
func Segment(s string) string { return strings.ReplaceAll(url.PathEscape(s), "+", "%2B") }
