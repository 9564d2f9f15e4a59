package e2e_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A tour goes past every page there is and inspects each. A stop is named
// after the page's template, then what is special about it.
type tour struct {
	mu    sync.Mutex
	seen  map[string]bool // templates
	parts int             // gone through to the end
}

func (o *tour) stop(b *tab, name string) {
	b.t.Helper()
	b.inspect(name)
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
		"the account":           accountPages,
		"applications":          clientPages,
		"login keys":            keyPages,
		"servers and settings":  serverPages,
		"pages seldom seen":     galleryPages,
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
