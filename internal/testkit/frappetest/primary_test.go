package frappetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every request that a real provider site got is sent to the simulated one with
// the same records, and the responses are compared: status, headers, cookies, the
// members of the JSON and their types, and every value that a program reads.
func TestASimulatedPrimaryAnswersLikeARealOne(t *testing.T) {
	for _, row := range []struct {
		files      string
		generation Generation
		records    func(*Site)
	}{
		{"v15-primary-*", G1, recordsOf(v15)},
		{"v16-primary-*", G2a, recordsOf(v16)},
	} {
		var p *Primary
		var names *strings.Replacer // recorded values, and what they are called here
		var pairs []string
		file := ""
		for _, e := range Recorded(t, row.files) {
			if e.File != file {
				file, pairs = e.File, nil
				p = NewPlainPrimary(t, row.generation, row.records)
			}
			names = strings.NewReplacer(pairs...)
			p.Edit(func(s *Site) { setting(s, e) })
			got := asked(t, p, e, names)
			for _, difference := range compare(e, got) {
				t.Errorf("%s, %s: %s", e.File, e.Name, difference)
			}
			pairs = append(pairs, issued(e, got)...)
		}
	}
}

// asked sends the recorded request.
func asked(t *testing.T, p *Primary, e Exchange, names *strings.Replacer) Exchange {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), e.Method, p.URL, strings.NewReader(names.Replace(e.Body)))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(names.Replace(e.Target), "?")
	r.URL.Path, r.URL.RawQuery = path, query
	for name, values := range e.Header {
		for _, value := range values {
			r.Header.Add(name, names.Replace(value))
		}
	}
	r.Host = e.Header.Get("Host")
	r.Header.Del("Host")
	r.Header.Del("Content-Length")
	client := *p.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s: %v", e.Name, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := Exchange{Status: resp.StatusCode, AnswerHeader: resp.Header, Answer: string(body)}
	if !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		got.Answer = ""
	}
	return got
}

var secretInURL = regexp.MustCompile(`(code|access_token)=[0-9A-Za-z]{30}\b`)

func compare(want, got Exchange) []string {
	var all []string
	differs := func(what string, a, b any) {
		if fmt.Sprint(a) != fmt.Sprint(b) {
			all = append(all, fmt.Sprintf("%s is\n\t%v here and was\n\t%v", what, b, a))
		}
	}
	differs("the status", want.Status, got.Status)
	for _, name := range []string{"Content-Type", "Www-Authenticate", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Max-Age"} {
		differs(name, want.AnswerHeader.Get(name), got.AnswerHeader.Get(name))
	}
	mask := func(e Exchange) string { return secretInURL.ReplaceAllString(e.AnswerHeader.Get("Location"), "$1=…") }
	differs("the Location", mask(want), mask(got))
	differs("the cookies", cookies(want), cookies(got))
	differs("the answer", shape(want.Answer), shape(got.Answer))
	return all
}

func cookies(e Exchange) []string {
	var all []string
	for _, line := range e.AnswerHeader["Set-Cookie"] {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			return []string{err.Error()}
		}
		name := c.Name
		switch {
		case c.MaxAge < 0 || c.MaxAge == 0 && !c.Expires.IsZero():
			name += " ended"
		case c.HttpOnly:
			name += " unseen by scripts"
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// told are the members whose values programs read.
var told = []string{
	"error", "description", "status_code", "exc_type", "message", "token_type", "expires_in", "scope", "active", "trusted_client", "sub", "email", "name",
	"given_name", "family_name", "picture", "iss", "issuer", "authorization_endpoint", "token_endpoint", "aud", "nonce", "client_name", "_error_message",
	"client_secret_expires_at", "redirect_uris", "grant_types", "response_types", "subject_types_supported", "client_id",
}

// shape is a response without random and machine-specific values.
func shape(answer string) string {
	var v any
	if answer == "" {
		return ""
	}
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		return "not JSON"
	}
	text, _ := json.MarshalIndent(shaped("", v), "\t", " ")
	return string(text)
}

func shaped(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			out[name] = shaped(name, value)
		}
		if _, registered := v["client_id_issued_at"]; registered {
			out["client_id"] = len(v["client_id"].(string))
		}
		return out
	case []any:
		if !slices.Contains(told, name) {
			return "list"
		}
	case string:
		switch {
		case name == "id_token":
			return map[string]any{"header": part(v, 0), "claims": part(v, 1)}
		case name == "access_token", name == "refresh_token", name == "client_secret":
			return len(v)
		case !slices.Contains(told, name):
			return "string"
		}
	case float64:
		if !slices.Contains(told, name) {
			return "number"
		}
	}
	return v
}

func part(token string, i int) any {
	var v any
	if raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i]); err != nil || json.Unmarshal(raw, &v) != nil {
		return "unreadable"
	}
	return shaped("", v)
}

// issued pairs the recorded tokens with those of this run.
func issued(then, now Exchange) []string {
	var pairs []string
	for _, place := range []func(Exchange) []string{codes, tokens} {
		a, b := place(then), place(now)
		for i := range min(len(a), len(b)) {
			pairs = append(pairs, a[i], b[i])
		}
	}
	return pairs
}

func codes(e Exchange) []string {
	var all []string
	for _, found := range regexp.MustCompile(`(?:code|access_token)=([0-9A-Za-z]{30})\b`).FindAllStringSubmatch(e.AnswerHeader.Get("Location"), -1) {
		all = append(all, found[1])
	}
	return all
}

func tokens(e Exchange) []string {
	var answer map[string]any
	if json.Unmarshal([]byte(e.Answer), &answer) != nil {
		return nil
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(answer)) {
		if value, ok := answer[name].(string); ok && (name == "access_token" || name == "refresh_token") {
			all = append(all, value)
		}
	}
	return all
}
