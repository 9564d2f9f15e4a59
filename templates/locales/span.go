package locales

import (
	"fmt"
	"strings"
	"time"
)

// Span puts a duration into words, in its largest whole unit, rounded up so
// that nothing ever takes longer than the page said.
func (w *Words) Span(d time.Duration) (string, error) {
	units := []struct {
		size time.Duration
		id   string
	}{{24 * time.Hour, "span.days"}, {time.Hour, "span.hours"}, {time.Minute, "span.minutes"}, {time.Second, "span.seconds"}}
	for _, unit := range units {
		if d >= unit.size {
			return w.Text(unit.id, "count", int((d+unit.size-1)/unit.size))
		}
	}
	return w.Text("span.moment")
}

// Took is the time that something took, in few letters.
func Took(d time.Duration) Text {
	switch {
	case d < time.Second:
		return Say("time.milliseconds", "count", max(d, 0).Milliseconds())
	case d < time.Minute:
		whole, tenth, _ := strings.Cut(fmt.Sprintf("%.1f", d.Seconds()), ".")
		return Say("time.seconds", "whole", whole, "tenth", tenth)
	}
	return Say("time.minutes", "minutes", int(d.Minutes()), "seconds", int(d.Seconds())%60)
}

var months = [...]string{"month.january", "month.february", "month.march", "month.april", "month.may", "month.june",
	"month.july", "month.august", "month.september", "month.october", "month.november", "month.december"}

// OnDay is the day of a time. All times are in UTC.
func OnDay(t time.Time) Text {
	year, month, day := t.UTC().Date()
	return Say("time.day", "day", day, "month", Say(months[month-1]), "year", fmt.Sprintf("%04d", year))
}

// AtMinute is a time with its day.
func AtMinute(t time.Time) Text {
	return Say("time.minute", "day", OnDay(t), "clock", t.UTC().Format("15:04"))
}

// AtSecond is a time of today.
func AtSecond(t time.Time) Text { return Say("time.second", "clock", t.UTC().Format("15:04:05")) }

// whens are the arguments of rules that are a time (internal/texts keeps them
// as text).
var whens = map[string]bool{"day": true, "at": true, "begun": true}

// when is a stored time in words; another text is left as it is.
func (w *Words) when(stored string) string {
	for layout, in := range map[string]func(time.Time) Text{time.DateOnly: OnDay, time.RFC3339: AtMinute} {
		if t, err := time.Parse(layout, stored); err == nil {
			if said, err := in(t).In(w); err == nil {
				return said
			}
		}
	}
	return stored
}
