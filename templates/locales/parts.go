package locales

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Part is a piece of a message: plain text, or what stands between the tags
// of a number.
type Part struct {
	Number int // 0: plain text
	Text   string
}

// tag matches <1>, </1> and <1/>.
var tag = regexp.MustCompile(`<(/?)([1-9])(/?)>`)

// shield stands for "<" in arguments, so that no argument can hold a tag. It is
// no character of any text (a noncharacter of Unicode).
const shield = "\uFDD0"

// Parts is a message in pieces. It must have exactly the numbers from 1 to
// count, each of them once, in any order, none inside of another.
func (w *Words) Parts(id string, count int, pairs ...any) ([]Part, error) {
	shielded := make([]any, len(pairs))
	for i := range pairs {
		if shielded[i] = pairs[i]; i%2 == 0 || pairs[i-1] == "count" {
			continue
		}
		value, err := w.value(pairs[i])
		if err != nil {
			return nil, err
		}
		shielded[i] = spoken(strings.ReplaceAll(fmt.Sprint(value), "<", shield))
	}
	message, err := w.Text(id, shielded...)
	if err != nil {
		return nil, err
	}
	parts, seen := []Part{}, map[int]bool{}
	add := func(number int, text string) {
		if text = strings.ReplaceAll(text, shield, "<"); text != "" || number > 0 {
			parts = append(parts, Part{number, text})
		}
	}
	open, from := 0, 0
	for _, at := range tag.FindAllStringSubmatchIndex(message, -1) {
		number, _ := strconv.Atoi(message[at[4]:at[5]])
		closes, empty := at[2] < at[3], at[6] < at[7]
		switch text := message[from:at[0]]; {
		case closes && !empty && open == number:
			add(number, text)
			open = 0
		case !closes && open == 0 && !seen[number] && number <= count:
			add(0, text)
			if seen[number] = true; empty {
				add(number, "")
			} else {
				open = number
			}
		default:
			return nil, fmt.Errorf("message %q: its parts do not match: %s", id, message[at[0]:at[1]])
		}
		from = at[1]
	}
	if open != 0 || len(seen) != count {
		return nil, fmt.Errorf("message %q: it has %d parts, want %d", id, len(seen), count)
	}
	add(0, message[from:])
	return parts, nil
}
