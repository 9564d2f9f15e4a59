package emails

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/fedhub/fedhub/internal/texts"
)

// lines is an argument as a template gets it: every text one line, every code
// its sentence.
func lines(value any, words texts.Words) any {
	switch v := value.(type) {
	case string:
		return line(v)
	case []texts.Text:
		all := make([]string, len(v))
		for i, t := range v {
			all[i] = line(t.In(words, ""))
		}
		return all
	}
	return value
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
