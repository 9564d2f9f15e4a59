package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// A record has a tab's requests, its responses and its console errors.
type record struct {
	mu         sync.Mutex
	requests   []request
	complaints []string
}

// A request is one answer that the tab got, or waits for.
type request struct {
	id       network.RequestID
	method   string
	url      string
	document bool
	status   int64
	size     float64 // of the body, unpacked, in bytes
}

// note is called for everything that happens in the tab, in order.
func (r *record) note(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.RedirectResponse != nil {
			r.answered(e.RequestID, e.RedirectResponse.Status)
		}
		r.requests = append(r.requests, request{id: e.RequestID, method: e.Request.Method, url: e.Request.URL, document: e.Type == network.ResourceTypeDocument})
	case *network.EventResponseReceived:
		r.answered(e.RequestID, e.Response.Status)
	case *network.EventDataReceived:
		if last := r.last(e.RequestID); last != nil {
			last.size += float64(e.DataLength)
		}
	case *log.EventEntryAdded:
		r.logged(e.Entry)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			r.complain("console.%s: %s", e.Type, asJSON(e.Args))
		}
	case *runtime.EventExceptionThrown:
		r.complain("a script failed: %s", asJSON(e.ExceptionDetails))
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue || e.Issue.Code == audits.InspectorIssueCodeMixedContentIssue {
			r.complain("the browser found an issue: %s", asJSON(e.Issue))
		}
	}
}

// logged keeps what the browser itself complains about. That a page has an
// error status is no complaint: many stories are about such pages.
func (r *record) logged(entry *log.Entry) {
	if entry.Level != log.EntryLevelError && entry.Level != log.EntryLevelWarning {
		return
	}
	if entry.Source == log.EntrySourceNetwork {
		if last := r.last(entry.NetworkRequestID); last == nil || last.document {
			return
		}
	}
	r.complain("%s %s: %s (%s)", entry.Source, entry.Level, entry.Text, entry.URL)
}

func (r *record) answered(id network.RequestID, status int64) {
	if last := r.last(id); last != nil {
		last.status = status
	}
}

// last is the latest request with this id: redirects share one.
func (r *record) last(id network.RequestID) *request {
	for i := len(r.requests) - 1; i >= 0; i-- {
		if r.requests[i].id == id {
			return &r.requests[i]
		}
	}
	return nil
}

func (r *record) complain(format string, arguments ...any) {
	r.complaints = append(r.complaints, fmt.Sprintf(format, arguments...))
}

// forget begins afresh, for a story about what comes next.
func (r *record) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = nil
}

// all returns the requests so far.
func (r *record) all() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]request(nil), r.requests...)
}

// check fails the test if anything was fetched from elsewhere, or anything
// complained. Everything in a story is on this machine.
func (r *record) check(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.requests {
		u, err := url.Parse(q.url)
		if err != nil || (u.Scheme != "data" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1") {
			t.Errorf("a page fetched something from elsewhere: %s %s", q.method, q.url)
		}
	}
	for _, complaint := range r.complaints {
		t.Error(complaint)
	}
}

// String lists the requests, for a person who looks for a mistake. What may be
// secret in an address is left out.
func (r *record) String() string {
	var text strings.Builder
	for _, q := range r.all() {
		address, _, _ := strings.Cut(q.url, "?")
		fmt.Fprintf(&text, "%d %s %s (%.0f bytes)\n", q.status, q.method, address, q.size)
	}
	return text.String()
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// TestTheRecordNoticesWhatGoesWrong shows that a story without complaints means
// something.
func TestTheRecordNoticesWhatGoesWrong(t *testing.T) {
	t.Parallel()
	bad := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/html")
		rw.Header().Set("Content-Security-Policy", "default-src 'none'; img-src *; script-src 'nonce-a'")
		fmt.Fprint(rw, `<!doctype html><title>Bad</title><p style="color:red">inline</p><img src="/missing.png"><img src="http://elsewhere.invalid/pixel.png">`+ //nolint:errcheck // the browser went away
			`<script nonce="a">console.error("oh"); undefinedFunction()</script>`)
	})
	b := newWindow(t)
	b.open(bad)
	for range 200 { // what the browser says may come a little after the page
		evaluate[bool](b, "true")
	}
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	all := strings.Join(b.seen.complaints, "\n")
	for _, part := range []string{"inline style", "missing.png", "console.error", "undefinedFunction"} {
		if !strings.Contains(all, part) {
			t.Errorf("nothing complains of %q:\n%s", part, all)
		}
	}
	if !slices.ContainsFunc(b.seen.requests, func(q request) bool { return strings.Contains(q.url, "elsewhere.invalid") }) {
		t.Errorf("the request to elsewhere is not noticed: %v", b.seen.requests)
	}
	b.seen.requests, b.seen.complaints = nil, nil // this test is not about itself
}
