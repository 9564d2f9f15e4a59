package templates

import (
	"time"

	"github.com/fedhub/fedhub/templates/locales"
)

// A mark says how a numbered part of a message is shown: as a link, an
// emphasis, a time. The first mark of a call is for part 1.
type mark struct {
	Kind string // name of the element: "a", "code", "em", "strong" or "time"; "unseen" for a part that only screen readers read; empty for plain text
	Text string // of a part with its own text, like a time
	URL  string // of a link
	ID   string // of a link; may be empty
	Rel  string // of a link to another site
	Time time.Time
}

// prose is a message with marked parts, for the template "prose". Of the
// arguments after the id, marks belong to the parts in order; the rest are
// pairs of an argument's name and value.
func prose(w *locales.Words) func(id string, of ...any) ([]mark, error) {
	return func(id string, of ...any) ([]mark, error) {
		var marks []mark
		var pairs []any
		for _, o := range of {
			if m, ok := o.(mark); ok {
				marks = append(marks, m)
			} else {
				pairs = append(pairs, o)
			}
		}
		parts, err := w.Parts(id, len(marks), pairs...)
		return marked(parts, marks), err
	}
}

// step is prose for a step of a guide; part 1 is the value to copy.
func step(w *locales.Words) func(GuideStep) ([]mark, error) {
	return func(s GuideStep) ([]mark, error) {
		var marks []mark
		if s.Copy {
			marks = []mark{{Kind: "code"}}
		}
		parts, err := s.Text.Parts(w, len(marks))
		return marked(parts, marks), err
	}
}

// marked gives each part its mark.
func marked(parts []locales.Part, marks []mark) []mark {
	out := make([]mark, len(parts))
	for i, part := range parts {
		if part.Number > 0 {
			out[i] = marks[part.Number-1]
		}
		if out[i].Text == "" {
			out[i].Text = part.Text
		}
	}
	return out
}

// moment is the mark of a time inside a sentence; for a zero time it is plain
// text.
func moment(w *locales.Words, in func(time.Time) locales.Text) func(time.Time) (mark, error) {
	return func(t time.Time) (mark, error) {
		if t.IsZero() {
			never, err := w.Text("bits.never")
			return mark{Text: never}, err
		}
		said, err := in(t).In(w)
		return mark{Kind: "time", Text: said, Time: t}, err
	}
}
