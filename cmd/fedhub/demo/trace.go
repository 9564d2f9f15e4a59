package demo

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/operator"
)

// The parties, as hops name them.
const (
	browser   = "browser"
	app       = "app"
	secondary = "secondary"
	primary   = "primary"
)

// A Hop is one event: a call or, with an empty To, an act of From. It never
// contains a code, a state, a token or a query.
type Hop struct {
	Time     time.Time
	From, To string
	What     string
}

// A trace turns requests and events into hops.
type trace struct {
	watch func(Hop)

	mu      sync.Mutex
	stopped bool
	hosts   map[string]string            // host:port → party
	clients map[string]map[string]string // party → client id → name
	people  map[string]string            // user id → name
	hubs    map[string]*operator.Service
}

func newTrace(watch func(Hop)) *trace {
	if watch == nil {
		watch = func(Hop) {}
	}
	return &trace{
		watch: watch, hosts: map[string]string{}, people: map[string]string{}, hubs: map[string]*operator.Service{},
		clients: map[string]map[string]string{primary: {}, secondary: {}},
	}
}

// stop ends the trace: the shutdown is not shown.
func (t *trace) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
}

func (t *trace) tell(from, to, what string) {
	t.mu.Lock()
	stopped := t.stopped
	t.mu.Unlock()
	if !stopped {
		t.watch(Hop{time.Now(), from, to, printable(what)})
	}
}

// know, client, meet and ask register ports, applications, users and hubs.
func (t *trace) know(party string, port int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hosts["localhost:"+strconv.Itoa(port)] = party
}

func (t *trace) client(party, id, name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clients[party][id] = name
}

func (t *trace) meet(userID, name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.people[userID] = name
}

func (t *trace) ask(party string, h *operator.Service) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hubs[party] = h
}

// User agents of the parties when they call each other.
const (
	hubAgent = "fedhub" // set by package hub
	appAgent = "sample-app"
)

// appClient is the http.Client of the sample app.
func (t *trace) appClient() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: named{http.DefaultTransport}}
}

type named struct{ next http.RoundTripper }

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", appAgent)
	return n.next.RoundTrip(r)
}

// inbound reports every request to a party before it is served, so that hops are
// in the order of their start.
func (t *trace) inbound(party string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := browser
		switch r.UserAgent() {
		case hubAgent:
			from = map[string]string{primary: secondary, secondary: primary, app: secondary}[party]
		case appAgent:
			from = app
		}
		if what := t.describe(from, party, r); what != "" {
			t.tell(from, party, what)
		}
		next.ServeHTTP(w, r)
	})
}

// fetched reports failed calls between the parties. The others are reported by
// inbound.
func (t *trace) fetched(party string) func(fetch.Call) {
	return func(c fetch.Call) {
		t.mu.Lock()
		to := t.hosts[c.Host]
		t.mu.Unlock()
		switch {
		case to == "":
		case c.Err != nil:
			t.tell(party, to, c.Method+" "+short(c.Path)+" failed: no response")
		case c.Status >= http.StatusBadRequest:
			t.tell(party, to, c.Method+" "+short(c.Path)+" failed with status "+strconv.Itoa(c.Status))
		}
	}
}

// said reports acts of a party.
func (t *trace) said(party string) func(string) {
	return func(what string) { t.tell(party, "", what) }
}

// event reports audit events of a hub that no request shows.
func (t *trace) event(party string) func(audit.Event) {
	return func(e audit.Event) {
		if what := t.retell(party, e); what != "" {
			t.tell(party, "", what)
		}
	}
}

// person is a user's name.
func (t *trace) person(party, id string) string {
	t.mu.Lock()
	name, h := t.people[id], t.hubs[party]
	t.mu.Unlock()
	if name != "" {
		return name
	}
	if id == "" || h == nil {
		return "a user"
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	user, err := h.User(ctx, id)
	if err != nil {
		return "a user"
	}
	t.meet(id, user.Name)
	return user.Name
}

// clientName is the name of an application of the demo; empty for others.
func (t *trace) clientName(party, id string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clients[party][id]
}

// short keeps an address from filling a line.
func short(path string) string {
	const most = 48
	if len(path) > most {
		return path[:most] + "…"
	}
	return path
}

// printable removes control characters from text of others.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, text)
}
