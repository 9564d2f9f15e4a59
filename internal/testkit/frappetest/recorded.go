// Package frappetest has Frappe sites for tests: recorded traffic of real sites,
// and simulated sites of every generation, as the provider and as the site that
// users sign in to.
package frappetest

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"
)

//go:embed recorded/*.http
var recorded embed.FS

// An Exchange is one recorded request and its response.
type Exchange struct {
	File string // like v15-primary-token
	Name string // like "token error 400"; several exchanges in a row may share it
	From string // client and server
	// RequestText is the request on the wire, except that lines end with LF and
	// there is no Content-Length.
	RequestText string
	Method      string
	Target      string // path and query, as written
	Header      http.Header
	Body        string

	Status       int
	AnswerHeader http.Header
	Answer       string // empty if a page was omitted
	Title        string // of the omitted page
}

// BySite reports whether the request came from a Frappe site and not from a
// browser.
func (e Exchange) BySite() bool { return strings.Contains(e.From, "the secondary site asks") }

// Recorded are the exchanges of all files that match the pattern, like
// "*-secondary-token", in order.
func Recorded(t testing.TB, pattern string) []Exchange {
	t.Helper()
	files, err := recorded.ReadDir("recorded")
	if err != nil {
		t.Fatal(err)
	}
	var all []Exchange
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".http")
		if ok, err := path.Match(pattern, name); err != nil || !ok {
			continue
		}
		text, err := recorded.ReadFile("recorded/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(text), "\n### ")[1:] {
			e, err := read(part)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			e.File = name
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		t.Fatalf("no recording is named %q", pattern)
	}
	return all
}

func read(part string) (Exchange, error) {
	title, rest, _ := strings.Cut(part, "\n")
	var e Exchange
	e.Name, e.From, _ = strings.Cut(strings.TrimSuffix(title, ")"), " (")
	at := strings.Index(rest, "\nHTTP/1.1 ")
	if at < 0 {
		return e, fmt.Errorf("%s: no answer", title)
	}
	e.RequestText = strings.TrimRight(rest[:at], "\n")
	head, body, _ := strings.Cut(e.RequestText, "\n\n")
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\n\n")))
	if err != nil {
		return e, fmt.Errorf("%s: %w", title, err)
	}
	e.Method, e.Target, e.Header, e.Body = req.Method, req.RequestURI, req.Header, body
	e.Header.Set("Host", req.Host)
	return e, e.readAnswer(rest[at+1:])
}

func (e *Exchange) readAnswer(text string) error {
	head, body, _ := strings.Cut(text, "\n\n")
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head+"\n\n")), nil)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Name, err)
	}
	defer resp.Body.Close()
	e.Status, e.AnswerHeader = resp.StatusCode, resp.Header
	if body = strings.TrimRight(body, "\n"); !strings.HasPrefix(body, "[") || !strings.HasSuffix(body, "left out]") {
		e.Answer = body
		return nil
	}
	_, title, _ := strings.Cut(body, `title "`)
	e.Title, _, _ = strings.Cut(title, `"`)
	return nil
}

// Play answers a request with the recorded answer.
func (e Exchange) Play(w http.ResponseWriter) {
	for name, values := range e.AnswerHeader {
		w.Header()[name] = values
	}
	w.WriteHeader(e.Status)
	_, _ = io.Copy(w, bytes.NewBufferString(e.Answer))
}
