package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A Filter selects events. An empty field selects all.
type Filter struct {
	What     string // the name of a topic, or a kind
	Actor    string
	Target   string
	Client   string
	LoginKey string
	IP       string
	Ref      string
	From     time.Time
	Until    time.Time // exclusive
}

// Bounds of a search, in events.
const (
	mostRead = 600
	pageRead = 60
)

// Search returns the newest events of a filter, at most limit, before the event
// with the id before (empty: from now). next, if not empty, is where an older page
// begins. The search reads a bounded number of events, however long the log is, so
// a page can have fewer than limit events although there are older ones.
//
// The time of an event is that of its id, which the machine's clock gave.
func (r *Recorder) Search(ctx context.Context, f Filter, before string, limit int) (found []Event, next string, err error) {
	if !f.Until.IsZero() {
		if end := idAt(f.Until); before == "" || end < before {
			before = end
		}
	}
	from := ""
	if !f.From.IsZero() {
		from = idAt(f.From)
	}
	for read := 0; read < mostRead; read += pageRead {
		page, err := r.page(ctx, f, before)
		if err != nil {
			return nil, "", err
		}
		for _, e := range page {
			if e.ID < from {
				return found, "", nil
			}
			if before = e.ID; !f.has(e) {
				continue
			}
			if found = append(found, e); len(found) == limit {
				return found, before, nil
			}
		}
		if len(page) < pageRead {
			return found, "", nil
		}
	}
	return found, before, nil
}

// page reads the next events that an index finds.
func (r *Recorder) page(ctx context.Context, f Filter, before string) ([]Event, error) {
	var all []Event
	for _, q := range f.queries() {
		q.Desc, q.After, q.Limit = true, before, pageRead
		some, err := r.Set.List(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Event) int { return strings.Compare(b.ID, a.ID) })
	return all[:min(pageRead, len(all))], nil
}

// queries are the reads that find the events of a filter, by the field that
// selects the fewest.
func (f Filter) queries() []store.Query {
	for _, by := range [][2]string{{"ref", f.Ref}, {"actor", f.Actor}, {"target", f.Target}, {"client", f.Client}, {"ip", f.IP}, {"loginKey", f.LoginKey}} {
		if by[1] != "" {
			return []store.Query{{Field: by[0], Equals: by[1]}}
		}
	}
	if f.What == "" {
		return []store.Query{{}}
	}
	var all []store.Query
	for _, kind := range kindsOf(f.What) {
		all = append(all, store.Query{Field: "kind", Equals: kind})
	}
	return all
}

func (f Filter) has(e Event) bool {
	for _, want := range [][2]string{{f.Ref, e.Ref}, {f.Actor, e.Actor}, {f.Target, e.Target}, {f.Client, e.Client}, {f.IP, e.IP}, {f.LoginKey, e.LoginKey}} {
		if want[0] != "" && want[0] != want[1] {
			return false
		}
	}
	return f.What == "" || f.What == e.Kind || f.What == TopicOf(e.Kind)
}

// idAt is the lowest id of an event at a time (RFC 9562 §5.7).
func idAt(at time.Time) string {
	ms := fmt.Sprintf("%012x", max(0, at.UnixMilli()))
	return ms[:8] + "-" + ms[8:] + "-7000-8000-000000000000"
}
