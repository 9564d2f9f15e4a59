package locales

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Words are the messages of one language. Several goroutines may use them.
type Words struct {
	tag       language.Tag
	rtl       bool
	source    *Words // of a translation: English, for messages that it lacks
	localizer *i18n.Localizer
	fixed     map[string]string   // messages that speak of nothing, by id
	args      map[string][]string // of every message: the arguments that it speaks of
	plural    map[string]bool     // messages that have a singular of their own
}

// English are the words of the catalogue itself.
var English = sync.OnceValue(func() *Words {
	messages := slices.Concat(read("active.en.toml"), read("protocol.toml"))
	return newWords(language.English, messages)
})

// translated are the words of another language. The messages of protocol.toml
// are not in it: they are English in every language.
//
// A form that a message lacks is its general one, such as the form of millions
// in French.
func translated(tag language.Tag, messages []*i18n.Message) *Words {
	for _, m := range messages {
		if m.Zero+m.One+m.Two+m.Few+m.Many == "" {
			continue
		}
		for _, form := range []*string{&m.Zero, &m.One, &m.Two, &m.Few, &m.Many} {
			*form = cmp.Or(*form, m.Other)
		}
	}
	w := newWords(tag, messages)
	w.source = English()
	for id := range w.args {
		w.plural[id] = w.plural[id] || w.source.plural[id]
		if w.plural[id] {
			delete(w.fixed, id) // one form for every count is still chosen by count
		}
	}
	return w
}

// Translated reports whether the words are those of another language.
func (w *Words) Translated() bool { return w.source != nil }

// Lang is the language as HTML writes it, and Dir the direction of its script.
func (w *Words) Lang() string { return w.tag.String() }

// Dir is "ltr", or "rtl" for a script that runs from right to left.
func (w *Words) Dir() string {
	if w.rtl {
		return "rtl"
	}
	return "ltr"
}

func rightToLeft(tag language.Tag) bool {
	script, _ := tag.Script()
	return slices.Contains([]string{"Arab", "Hebr", "Syrc", "Thaa"}, script.String())
}

// Text is the message of an id with its arguments: pairs of a name and a value.
// The argument "count" chooses between singular and plural. An id that the
// catalogue lacks, and an argument that the message speaks of and that is not
// there, are errors: of the program, never of its input.
func (w *Words) Text(id string, pairs ...any) (string, error) {
	if fixed, ok := w.fixed[id]; ok {
		return fixed, nil
	}
	if w.lacks(id) {
		return w.source.Text(id, pairs...)
	}
	args, err := w.named(id, pairs)
	if err != nil {
		return "", err
	}
	var count any
	if w.plural[id] {
		count = args["count"]
	}
	return w.localize(id, args, count, &strict)
}

// lacks reports whether a message must be said in English.
func (w *Words) lacks(id string) bool {
	_, has := w.args[id]
	return !has && w.source != nil
}

// Args are all ids of the catalogue, each with the arguments that it speaks of.
func (w *Words) Args() map[string][]string { return maps.Clone(w.args) }

var (
	strict  = template.TextParser{Option: "missingkey=error"}
	lenient = template.TextParser{Option: "missingkey=zero"}
)

func (w *Words) localize(id string, data, count any, parser template.Parser) (string, error) {
	text, err := w.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: count, TemplateParser: parser})
	if err != nil {
		return "", fmt.Errorf("message %q: %w", id, err)
	}
	return text, nil
}

// named makes a map of pairs.
func (w *Words) named(id string, pairs []any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("message %q: an argument has a name and no value", id)
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("message %q: %v is no name of an argument", id, pairs[i])
		}
		var err error
		if args[name], err = w.value(pairs[i+1]); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// spoken is an argument that value has made.
type spoken string

// value is an argument as a message gets it: a Text is put into words, and what
// comes from elsewhere is isolated.
func (w *Words) value(v any) (any, error) {
	switch v := v.(type) {
	case spoken:
		return string(v), nil
	case string:
		return w.isolate(v), nil
	case Text:
		said, err := v.In(w)
		if v.id == "" && v.rule == nil {
			said = w.isolate(said)
		}
		return said, err
	}
	return v, nil
}

// read parses one file. A file that does not parse is a mistake of the program,
// which every test of a page meets, so it may panic.
func read(name string) []*i18n.Message {
	content, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	parsed, err := i18n.ParseMessageFileBytes(content, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	return parsed.Messages
}

func newWords(tag language.Tag, messages []*i18n.Message) *Words {
	bundle := i18n.NewBundle(tag)
	if err := bundle.AddMessages(tag, messages...); err != nil {
		panic(err)
	}
	w := &Words{tag: tag, rtl: rightToLeft(tag), localizer: i18n.NewLocalizer(bundle, tag.String()),
		fixed: map[string]string{}, args: map[string][]string{}, plural: map[string]bool{}}
	for _, m := range messages {
		forms := m.Zero + m.One + m.Two + m.Few + m.Many
		spoken := speaksOf(forms + m.Other)
		w.args[m.ID], w.plural[m.ID] = spoken, forms != ""
		if len(spoken) == 0 && forms == "" {
			w.fixed[m.ID] = m.Other
		}
	}
	return w
}

// speaksOf are the names of the arguments in a message.
func speaksOf(message string) []string {
	var names []string
	for _, part := range strings.Split(message, "{{.")[1:] {
		name, _, _ := strings.Cut(part, "}}")
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
