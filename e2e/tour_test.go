package e2e_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A tour visits every page and inspects it. A stop has the name of the page's
// template, followed by its state.
type tour struct {
	mu    sync.Mutex
	seen  map[string]bool // templates
	parts int             // gone through to the end
}

func (o *tour) stop(b *tab, name string) {
	b.t.Helper()
	o.stopIn(lights(), b, name)
}

func (o *tour) stopIn(lights []light, b *tab, name string) {
	b.t.Helper()
	b.inspectIn(lights, name)
	if title := evaluate[string](b, "document.title"); !strings.Contains(title, " – ") {
		b.t.Errorf("%s: the title %q does not name page and hub", name, title)
	}
	template, _, _ := strings.Cut(name, ":")
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen[template] = true
}

func TestEveryPageIsForEverybody(t *testing.T) {
	t.Parallel()
	o := &tour{seen: map[string]bool{}}
	all := map[string]func(*testing.T, *tour){
		"signing in":            signInPages,
		"signing in from a hub": upstreamPages,
		"problems":              problemPages,
		"several accounts":      severalPages,
		"the account":           accountPages,
		"second factors":        secondPages,
		"applications":          clientPages,
		"a Frappe site":         frappePages,
		"login keys":            keyPages,
		"servers and settings":  serverPages,
		"login traces":          tracePages,
		"pages seldom seen":     galleryPages,
		"the sample app":        appPages,
	}
	t.Run("all", func(t *testing.T) {
		for name, part := range all {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				part(t, o)
				o.mu.Lock()
				defer o.mu.Unlock()
				o.parts++
			})
		}
	})
	if o.parts < len(all) {
		return // some were left out, so something may rightly be missing
	}
	files, err := filepath.Glob("../templates/pages/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d pages: %v", len(files), err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".html"); !o.seen[name] {
			t.Errorf("the tour never comes past %s", name)
		}
	}
}

// appPages are the pages of the sample app, where the demo starts.
func appPages(t *testing.T, _ *tour) {
	w := newWorld(t, "")
	b := newWindow(t)
	b.open(w.app.URL)
	b.inspect("app: at first")
	b.press("#sign-in")
	b.signIn(w.bo)
	b.click("#cancel")
	b.seeAt(w.app.URL, "#again")
	b.inspect("app: said no")
	b.click("#again")
	b.click("#allow")
	b.seeAt(w.app.URL+"/", "#email")
	b.inspect("app: signed in")
	b.press("#sign-out")
	b.inspect("app: signed out")
}
