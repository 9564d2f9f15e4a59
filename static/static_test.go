package static

import (
	"compress/gzip"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryFileIsServedForEver(t *testing.T) {
	kinds := map[string]string{
		"app.css": "text/css; charset=utf-8", "desk.css": "text/css; charset=utf-8",
		"base.js": "text/javascript; charset=utf-8", "desk.js": "text/javascript; charset=utf-8",
		"session.js": "text/javascript; charset=utf-8", "signout.js": "text/javascript; charset=utf-8", "passkey.js": "text/javascript; charset=utf-8",
		"icons.svg": "image/svg+xml", "brands.svg": "image/svg+xml", "logo.svg": "image/svg+xml",
	}
	for name, kind := range kinds {
		answer := get(t, "GET", URL(name), nil)

		if got, want := answer.StatusCode, http.StatusOK; got != want {
			t.Errorf("%s: got status %d, want %d", URL(name), got, want)
		}
		if got, want := answer.Header.Get("Content-Type"), kind; got != want {
			t.Errorf("%s: got type %q, want %q", name, got, want)
		}
		if got, want := answer.Header.Get("X-Content-Type-Options"), "nosniff"; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if got := answer.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q does not say immutable", name, got)
		}
	}
	if got, want := len(assets()), len(kinds); got != want {
		t.Errorf("got %d files, want %d: the list of this test is out of date", got, want)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	paths := []string{
		"/static/", "/static", "/static/app.css", "/static/static.go", "/static/../static.go",
		"/static/app-AAAAAAAAAAAA.css", "/static//app.css", URL("app.css") + "/", URL("missing.css"),
	}
	for _, path := range paths {
		answer := get(t, "GET", path, nil)
		if got, want := answer.StatusCode, http.StatusNotFound; got != want {
			t.Errorf("%s: got status %d, want %d", path, got, want)
		}
		if got := answer.Header.Get("Cache-Control"); strings.Contains(got, "immutable") {
			t.Errorf("%s: a missing file must not be kept for ever, got %q", path, got)
		}
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	answer := get(t, "POST", URL("app.css"), nil)
	if got, want := answer.StatusCode, http.StatusMethodNotAllowed; got != want {
		t.Errorf("got status %d, want %d", got, want)
	}
}

func TestCompressionIsAskedFor(t *testing.T) {
	plain := body(t, get(t, "GET", URL("app.css"), nil))
	rows := []struct {
		accepts string
		zipped  bool
	}{
		{"gzip, deflate, br", true}, {"br;q=1.0, gzip;q=0.8", true}, {"GZIP", true},
		{"", false}, {"identity", false}, {"gzip;q=0", false}, {"gzip; q=0.0", false}, {"gzipped", false},
	}
	for _, row := range rows {
		answer := get(t, "GET", URL("app.css"), map[string]string{"Accept-Encoding": row.accepts})
		content := body(t, answer)
		if row.zipped {
			content = unzip(t, content)
		}
		if got, want := answer.Header.Get("Content-Encoding") == "gzip", row.zipped; got != want {
			t.Errorf("%q: got compressed %t, want %t", row.accepts, got, want)
		}
		if content != plain {
			t.Errorf("%q: the content differs", row.accepts)
		}
	}
}

func TestSlimmingKeepsTheRules(t *testing.T) {
	source := "/* one\ntwo */\n@layer a {\n  /* note */\n  b, c > d { margin: calc(1px + 2px) auto; color: red; }\n}\n"
	got := string(tighten(slim([]byte(source))))
	want := "@layer a{b,c > d{margin:calc(1px + 2px) auto;color:red}}"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for name, a := range assets() {
		opened, closed := strings.Count(string(a.plain), "{"), strings.Count(string(a.plain), "}")
		if opened != closed {
			t.Errorf("%s: %d braces open, %d close", name, opened, closed)
		}
	}
}

func TestNothingIsFetchedFromElsewhere(t *testing.T) {
	for name, a := range assets() {
		content := strings.ReplaceAll(string(a.plain), "http://www.w3.org/2000/svg", "")
		for _, word := range []string{"http:", "https:", "url(", "@import", "eval(", "innerHTML"} {
			if strings.Contains(content, word) {
				t.Errorf("%s contains %q", name, word)
			}
		}
	}
}

// TestColoursCanBeRead checks the pairs against WCAG 2.2: 4.5 for text (1.4.3), 3
// for the outlines of controls and for focus (1.4.11).
func TestColoursCanBeRead(t *testing.T) {
	tokens := colours(t)
	pairs := []struct {
		front, back string
		least       float64
	}{
		{"text", "bg", 7}, {"text", "surface", 7}, {"text", "surface-2", 7},
		{"text-2", "bg", 4.5}, {"text-2", "surface", 4.5}, {"text-2", "surface-2", 4.5},
		{"accent", "bg", 4.5}, {"accent", "surface", 4.5}, {"accent", "surface-2", 4.5},
		{"accent-hover", "bg", 4.5}, {"accent-hover", "surface-2", 4.5},
		{"on-accent", "accent", 4.5}, {"on-accent", "accent-hover", 4.5},
		{"danger", "surface", 4.5}, {"danger", "danger-bg", 4.5}, {"ok", "ok-bg", 4.5},
		{"warn", "warn-bg", 4.5}, {"info", "info-bg", 4.5},
		{"text", "danger-bg", 7}, {"text", "ok-bg", 7}, {"text", "warn-bg", 7}, {"text", "info-bg", 7},
		{"border", "bg", 3}, {"border", "surface", 3}, {"border", "surface-2", 3},
		{"focus", "bg", 3}, {"focus", "surface", 3}, {"focus", "surface-2", 3}, {"focus", "danger-bg", 3},
	}
	for _, pair := range pairs {
		for scheme := range 2 {
			got := contrast(tokens[pair.front][scheme], tokens[pair.back][scheme])
			if got < pair.least {
				t.Errorf("%s on %s, scheme %d: contrast %.2f, want %.1f", pair.front, pair.back, scheme, got, pair.least)
			}
		}
	}
}

// colours reads the light and the dark value of every token.
func colours(t *testing.T) map[string][2]float64 {
	t.Helper()
	found := map[string][2]float64{}
	pattern := regexp.MustCompile(`--([a-z0-9-]+):light-dark\((#[0-9a-f]+),(#[0-9a-f]+)\)`)
	for _, match := range pattern.FindAllStringSubmatch(string(assets()["app.css"].plain), -1) {
		found[match[1]] = [2]float64{luminance(t, match[2]), luminance(t, match[3])}
	}
	if len(found) < 15 {
		t.Fatalf("found only %d colours", len(found))
	}
	return found
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		part, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatalf("colour %q: %v", hex, err)
		}
		channel := float64(part) / 255
		if channel <= 0.04045 {
			sum += weight * channel / 12.92
		} else {
			sum += weight * math.Pow((channel+0.055)/1.055, 2.4)
		}
	}
	return sum
}

func contrast(a, b float64) float64 {
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

func get(t *testing.T, method, path string, header map[string]string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(method, "http://hub.example/", nil)
	request.URL.Path = path
	for name, value := range header {
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	Handler().ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, answer *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func unzip(t *testing.T, zipped string) string {
	t.Helper()
	reader, err := gzip.NewReader(strings.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// All text of a page is in its catalogue, so the strings of a script are for the
// browser only.
func TestScriptsHaveNoWords(t *testing.T) {
	names := regexp.MustCompile(`^([a-z-]*|\{[a-z]+\}|[a-z.]*\[[a-z=-]+\]|[a-z]+\.[a-z]+ h3)$`) // of elements, attributes, events; selectors
	others := []string{"btn small", "with-button inset", "with-button", "stack tight", "button", "Enter", "key_id", "text/html", "1", "\\n", " ",
		".menu", "selector(::details-content)", "(min-width:56rem)", "+", "/", "_", "AbortError"}
	for _, name := range []string{"base.js", "desk.js", "signout.js", "passkey.js"} {
		script := regexp.MustCompile(`(?m)^\s*//.*$|\s// .*$`).ReplaceAllString(string(assets()[name].plain), "")
		for _, found := range regexp.MustCompile(`"([^"\n]*)"|'([^'\n]*)'|\x60([^\x60]*)\x60`).FindAllStringSubmatch(script, -1) {
			if text := found[1] + found[2] + found[3]; !names.MatchString(text) && !slices.Contains(others, text) {
				t.Errorf("%s has the words %q: give them to the page by a data attribute (parts/shells.html)", name, text)
			}
		}
	}
}
