package locales

import (
	"slices"
	"strings"
)

// A slot stands around the name of an argument. It is no character of any text
// (a noncharacter of Unicode).
const slot = "\uFDD1"

// Slots is a message in pieces: its text, and each of these arguments as a part
// of its own, numbered in their order from 1, with an empty text. A page says how
// it shows the value, for example as a link.
func (w *Words) Slots(id string, args ...string) ([]Part, error) {
	pairs := make([]any, 0, 2*len(args))
	for _, name := range args {
		pairs = append(pairs, name, spoken(slot+name+slot))
	}
	message, err := w.Text(id, pairs...)
	if err != nil {
		return nil, err
	}
	var parts []Part
	for i, text := range strings.Split(message, slot) {
		if i%2 == 1 {
			parts = append(parts, Part{Number: 1 + slices.Index(args, text)})
		} else if text != "" {
			parts = append(parts, Part{Text: text})
		}
	}
	return parts, nil
}

// SpeaksOf reports whether a message speaks of an argument.
func (w *Words) SpeaksOf(id, arg string) bool { return slices.Contains(w.args[id], arg) }
