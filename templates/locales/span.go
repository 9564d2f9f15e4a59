package locales

import "time"

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
