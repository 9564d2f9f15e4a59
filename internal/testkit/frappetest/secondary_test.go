package frappetest

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The provider of the recordings, and the configured addresses of the recorded
// sites.
const provider = "http://127.0.0.1:8009"

var recordedSites = map[string]struct {
	generation Generation
	hostName   string
}{
	"v15": {G1, "http://secondary.localhost:8001"},
	"v16": {G2a, "http://secondary-v16.localhost:8003"},
}

// An episode is a browser's request to a site, with the site's requests to its
// provider before the response.
type episode struct {
	browser Exchange
	site    []Exchange
}

func episodes(t *testing.T, pattern string) []episode {
	var all []episode
	var asked []Exchange
	for _, e := range Recorded(t, pattern) {
		if e.BySite() {
			asked = append(asked, e)
			continue
		}
		all = append(all, episode{e, asked})
		asked = nil
	}
	if len(asked) > 0 {
		t.Fatalf("%s: the site asked %d times and no browser waited", pattern, len(asked))
	}
	return all
}

// Every recorded episode of a secondary site is replayed: the simulated site must
// send its provider the same bytes, and answer the browser with the same status,
// address and user.
func TestASimulatedSiteDoesWhatTheRecordedOneDid(t *testing.T) {
	for version, of := range recordedSites {
		played := 0
		var s *Secondary
		for _, ep := range episodes(t, version+"-secondary-*") {
			played++
			if s == nil || !goesOn(ep.browser.Name) {
				s = NewSecondary(t, of.generation)
				s.HostName = of.hostName
			}
			t.Run(ep.browser.File+"/"+ep.browser.Name, func(t *testing.T) { replay(t, s, ep) })
		}
		if played < 60 {
			t.Errorf("%s: only %d episodes were played", version, played)
		}
	}
}

// goesOn reports whether an episode starts with the accounts of the one before.
func goesOn(name string) bool {
	return strings.HasSuffix(name, " again") || strings.HasSuffix(name, ", second login")
}

func replay(t *testing.T, s *Secondary, ep episode) {
	p := newFakeProvider(t, ep.site)
	s.Dial = func(address string) (net.Conn, error) {
		if address != strings.TrimPrefix(provider, "http://") {
			t.Errorf("the site asks %s", address)
		}
		return net.Dial("tcp", p.Addr().String())
	}
	s.Use(keyOf(ep))
	s.DisableSignups = ep.browser.Name != "account sign-ups empty, website allows"
	switch ep.browser.Name {
	case "account system user", "account system user with redirect":
		s.Add(Account{Email: "nina@example.com", FirstName: "Asha", SystemUser: true})
	case "account disabled":
		s.Add(Account{Email: "nina@example.com", FirstName: "Asha", Disabled: true})
	}
	resp, body, err := Send(s.Listener.Addr().String(), ep.browser.RequestText)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range ep.site {
		if i >= len(p.requests) {
			t.Fatalf("the site asked %d times, want %d", len(p.requests), len(ep.site))
		}
		if p.requests[i] != e.RequestText {
			t.Errorf("request %d:\n%s\nwant\n%s", i, p.requests[i], e.RequestText)
		}
	}
	same := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %q, want %q\n%s", what, got, want, body)
		}
	}
	same("how often the provider was asked", strconv.Itoa(len(p.requests)), strconv.Itoa(len(ep.site)))
	same("the status", strconv.Itoa(resp.StatusCode), strconv.Itoa(ep.browser.Status))
	same("the address", resp.Header.Get("Location"), ep.browser.AnswerHeader.Get("Location"))
	same("the kind of page", resp.Header.Get("Content-Type"), ep.browser.AnswerHeader.Get("Content-Type"))
	for _, name := range []string{"user_id", "full_name", "system_user", "user_image"} {
		same(name, cookie(resp.Header, name), cookie(ep.browser.AnswerHeader, name))
	}
	same("the cookies", cookieNames(resp.Header), cookieNames(ep.browser.AnswerHeader))
	same("a session", strconv.FormatBool(cookie(resp.Header, "sid") != "Guest"), strconv.FormatBool(cookie(ep.browser.AnswerHeader, "sid") != "Guest"))
	if title := ep.browser.Title; title != "" && title != "Redirecting..." && !strings.Contains(body, "<title>"+title+"</title>") {
		t.Errorf("the page is not titled %q:\n%s", title, body)
	}
}

// A fakeProvider sends recorded responses in order, and stores the raw requests.
type fakeProvider struct {
	net.Listener
	mu       sync.Mutex
	answers  []Exchange
	requests []string
}

func newFakeProvider(t *testing.T, answers []Exchange) *fakeProvider {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &fakeProvider{Listener: l, answers: answers}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.answer(conn)
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() }) //nolint:errcheck // the test is over
	return p
}

func (p *fakeProvider) answer(conn net.Conn) {
	defer conn.Close() //nolint:errcheck // the test compares what came
	var raw bytes.Buffer
	req, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &raw)))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	p.mu.Lock()
	p.requests = append(p.requests, plain(raw.String()))
	answer := Exchange{Status: http.StatusTeapot}
	if len(p.answers) > 0 {
		answer, p.answers = p.answers[0], p.answers[1:]
	}
	p.mu.Unlock()
	body := answer.Answer
	if body == "" && strings.HasPrefix(answer.AnswerHeader.Get("Content-Type"), "text/html") {
		body = "<h1>left out</h1>"
	}
	var out bytes.Buffer
	out.WriteString("HTTP/1.1 " + strconv.Itoa(answer.Status) + " Recorded\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n")
	if answer.Status >= 301 && answer.Status <= 308 {
		out.WriteString("Location: /moved\r\n") // the recording omits it
	}
	_ = answer.AnswerHeader.Write(&out)
	out.WriteString("\r\n" + body)
	_, _ = conn.Write(out.Bytes())
}

// plain is a request in the format of the recordings.
func plain(raw string) string {
	head, body, _ := strings.Cut(raw, "\r\n\r\n")
	var lines []string
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, _, _ := strings.Cut(line, ":"); name != "Connection" && name != "Content-Length" {
			lines = append(lines, line)
		}
	}
	text := strings.Join(lines, "\n")
	if body != "" {
		text += "\n\n" + body
	}
	return text
}

// keyOf is the key of the recorded site in an episode, reconstructed from its
// requests and its callback.
func keyOf(ep episode) SocialLoginKey {
	const id, secret = "erp", "hub/secret+1=%"
	switch ep.browser.File[len("v15-secondary-"):] {
	case "keycloak":
		return KeycloakKey(provider+"/realms/x", id, secret)
	case "custom":
		return customKeyOf(ep, id, secret)
	}
	base := provider
	if len(ep.site) > 0 {
		before, _, _ := strings.Cut(ep.site[0].Target, "/api/")
		base += before
		if before == "" && ep.browser.File[len("v15-secondary-"):] == "base" {
			base += "/" // the site's HTTP library omits it
		}
	}
	key := FrappeKey(base, id, secret)
	switch ep.browser.Name {
	case "account sign-ups Deny":
		key.SignUps = "Deny"
	case "account sign-ups empty, website default", "account sign-ups empty, website allows":
		key.SignUps = ""
	}
	return key
}

func customKeyOf(ep episode, id, secret string) SocialLoginKey {
	key := CustomKey("Hub", provider, id, secret)
	switch ep.browser.Name {
	case "custom relative API endpoint":
		key.BaseURL, key.AccessTokenURL, key.APIEndpoint = provider+"/op", "/token", "/oauth2/userinfo"
	case "custom absolute URLs with Custom Base URL on":
		key.AccessTokenURL = provider + "/token"
	case "custom absolute URLs with Custom Base URL off", "custom key disabled":
		key.AccessTokenURL, key.NoCustomBaseURL = provider+"/token", true
		key.Disabled = ep.browser.Name == "custom key disabled"
	}
	return key
}

func cookie(header http.Header, name string) string {
	for _, line := range header["Set-Cookie"] {
		if value, found := strings.CutPrefix(line, name+"="); found {
			value, _, _ = strings.Cut(value, ";")
			return value
		}
	}
	return ""
}

func cookieNames(header http.Header) string {
	var names []string
	for _, line := range header["Set-Cookie"] {
		name, _, _ := strings.Cut(line, "=")
		names = append(names, name)
	}
	return strings.Join(names, " ")
}
