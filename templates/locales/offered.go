package locales

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"github.com/fedhub/fedhub/internal/reader"
)

// A Language is one that the pages and emails for people are offered in.
type Language struct {
	Tag  language.Tag
	Name string // in the language itself, for the menu
	// Words parses the catalogue at its first call.
	Words func() *Words
}

// offered are the languages whose catalogue has every message that people may
// read (TestAnOfferedLanguageIsComplete), in the order of the menu. English is
// the first: it is for readers of any other language.
var offered = []Language{
	{language.English, "English", English},
	translation("de", "Deutsch"),
	translation("es", "Español"),
	translation("fr", "Français"),
	translation("ar", "العربية"),
	translation("hi", "हिन्दी"),
	translation("zh-Hans", "简体中文"),
}

// translation is the catalogue of a language: active.<tag>.toml.
func translation(tag, name string) Language {
	parsed := language.MustParse(tag)
	return Language{parsed, name, sync.OnceValue(func() *Words { return translated(parsed, read("active."+tag+".toml")) })}
}

// Offered are the languages to choose from.
func Offered() []Language { return slices.Clone(offered) }

// Tags are the tags of the languages to choose from.
func Tags() []string {
	tags := make([]string, len(offered))
	for i, l := range offered {
		tags[i] = l.Tag.String()
	}
	return tags
}

var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(offered))
	for i, l := range offered {
		tags[i] = l.Tag
	}
	return language.NewMatcher(tags)
})

// For are the words for a reader: what the app asked for, the profile of the
// person, the menu, the browser, English. An app's wish that the reader once
// overruled in the menu does not count again.
func For(p reader.Preferences) *Words {
	if l, ok := match(p.Asked); ok && (p.Chosen == "" || l.Tag.String() != p.Over) {
		return l.Words()
	}
	for _, list := range []string{p.Own, p.Chosen, p.Accept} {
		if words, ok := Find(list); ok {
			return words
		}
	}
	return English()
}

// Find are the words of the language that a list asks for, if it is offered.
func Find(list string) (*Words, bool) {
	l, ok := match(list)
	if !ok {
		return nil, false
	}
	return l.Words(), true
}

// longestList bounds what is read of a list that anybody may send.
const longestList = 512

// match is the offered language that a list asks for. A list is tags in the
// order of preference separated by spaces (ui_locales), or with weights
// (Accept-Language, RFC 9110 §12.5.4). What is no language tag is left out.
func match(list string) (Language, bool) {
	if list == "" || len(list) > longestList {
		return Language{}, false
	}
	var tags []language.Tag
	if strings.ContainsAny(list, ",;") {
		tags, _, _ = language.ParseAcceptLanguage(list) // a malformed header asks for nothing
	} else {
		for tag := range strings.FieldsSeq(list) {
			if parsed, err := language.Parse(tag); err == nil {
				tags = append(tags, parsed)
			}
		}
	}
	// Matching knows neighbours too, and would give Bengali readers English
	// although Hindi is next in their list.
	tags = slices.DeleteFunc(tags, func(tag language.Tag) bool {
		return !slices.ContainsFunc(offered, func(l Language) bool { return base(l.Tag) == base(tag) })
	})
	if len(tags) == 0 {
		return Language{}, false
	}
	_, i, _ := matcher().Match(tags...)
	return offered[i], true
}

func base(tag language.Tag) language.Base {
	b, _ := tag.Base()
	return b
}
