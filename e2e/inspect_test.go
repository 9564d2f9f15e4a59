package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A light is one of the ways in which a page is looked at.
type light struct {
	name   string
	width  int64
	scheme string
}

// lights are two views with both widths and both color schemes: colors do not
// depend on the width, nor layout on the colors. Screenshots are taken in all
// four.
func lights() []light {
	all := []light{
		{"wide-light", wide, "light"},
		{"narrow-dark", narrow, "dark"},
	}
	if os.Getenv(shotsEnv) != "" {
		all = append(all, light{"wide-dark", wide, "dark"}, light{"narrow-light", narrow, "light"})
	}
	return all
}

// inspect checks the page in every view: by axe for accessibility (WCAG 2.2 AA
// and best practices), for horizontal scrolling (WCAG 1.4.10), and that dark is
// dark. With FEDHUB_SHOTS it saves screenshots in that folder.
func (b *tab) inspect(name string) {
	b.t.Helper()
	b.inspectIn(lights(), name)
}

func (b *tab) inspectIn(lights []light, name string) {
	b.t.Helper()
	b.see("h1")
	for _, l := range lights {
		b.dress(l)
		b.holdsItsWidth(name, l)
		b.holdsItsScheme(name, l)
		b.passesAxe(name, l)
		b.shoot(name, l)
	}
	b.dress(light{"wide-light", wide, "light"})
}

// dress makes the page look as in this light. Nothing moves meanwhile, so that
// no colour is caught half-way.
func (b *tab) dress(l light) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(l.width, height), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: l.scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	}))
	b.until("the new width", fmt.Sprintf("innerWidth === %d && matchMedia('(prefers-color-scheme: %s)').matches", l.width, l.scheme))
}

func (b *tab) holdsItsWidth(name string, l light) {
	b.t.Helper()
	for _, element := range b.tooWide() {
		b.t.Errorf("%s (%s): %s", name, l.name, element)
	}
}

// tooWide finds what makes the page scroll sideways, and what sticks out of the
// box that it belongs to.
func (b *tab) tooWide() []string {
	b.t.Helper()
	return evaluate[[]string](b, `(() => {
		const root = document.documentElement, found = []
		const say = (what, e) => found.push(what + ": " + e.outerHTML.slice(0, 200))
		if (root.scrollWidth > root.clientWidth) {
			const wide = [...document.querySelectorAll("body *")].filter(e => { const r = e.getBoundingClientRect(); return r.right > root.clientWidth + 1 || r.left < -1 })
			say("has to be scrolled sideways because of", wide.at(-1) ?? root)
		}
		for (const e of document.querySelectorAll(".card > :not(.route), .panel, .btn, .note, .chip, .pick, .copy, .field, .rows > li, .top")) {
			if (e.clientWidth && e.scrollWidth > e.clientWidth + 1) say("something sticks out of", e)
		}
		return found
	})()`)
}

func (b *tab) holdsItsScheme(name string, l light) {
	b.t.Helper()
	dark := evaluate[bool](b, `getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).every(part => part < 60)`)
	if dark != (l.scheme == "dark") {
		b.t.Errorf("%s (%s): dark is %v", name, l.name, dark)
	}
}

// A violation is a rule of axe that a page breaks.
type violation struct {
	ID     string
	Impact string
	Help   string
	Nodes  []struct {
		HTML           string
		FailureSummary string
		Target         []any
	}
}

func (b *tab) passesAxe(name string, l light) {
	b.t.Helper()
	for _, v := range b.violations() {
		var text strings.Builder
		for _, n := range v.Nodes {
			fmt.Fprintf(&text, "\n  at %v: %s\n    %s", n.Target, n.HTML, strings.ReplaceAll(n.FailureSummary, "\n", "\n    "))
		}
		b.t.Errorf("%s (%s) breaks %s (%s): %s%s", name, l.name, v.ID, v.Impact, v.Help, text.String())
	}
}

func (b *tab) violations() []violation {
	b.t.Helper()
	// Evaluated by the debugger, so the page's own policy does not stop it.
	if !evaluate[bool](b, "typeof axe === 'object'") {
		b.do(chromedp.Evaluate[chromedp.Void](axe(b.t)))
	}
	result := evaluate[string](b, `axe.run(document, {
		runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
		rules: {"target-size": {enabled: true}},
		resultTypes: ["violations"],
	}).then(found => JSON.stringify(found.violations))`)
	var found []violation
	if err := json.Unmarshal([]byte(result), &found); err != nil {
		b.t.Fatal(err)
	}
	return found
}

// axe is Deque's accessibility checker, version 4.14.1, as npm has it.
func axe(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("testdata", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// shotsEnv names a folder for screenshots of every page.
const shotsEnv = "FEDHUB_SHOTS"

func (b *tab) shoot(name string, l light) {
	b.t.Helper()
	folder := os.Getenv(shotsEnv)
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		b.t.Fatal(err)
	}
	file := strings.NewReplacer(":", "", " ", "-", ",", "").Replace(name) + "." + l.name + ".png"
	b.save(folder, file, picture)
}

// TestTheInspectionFindsFaults shows that the other tests of pages mean
// something.
func TestTheInspectionFindsFaults(t *testing.T) {
	t.Parallel()
	bad := serve(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, `<!doctype html><title>Bad</title><h1>Bad</h1><input name="email"><p style="color:#aaa;background:#fff">pale</p>`+ //nolint:errcheck // the browser went away
			`<button style="width:9px;height:9px;padding:0;border:0"></button><button style="width:9px;height:9px;padding:0;border:0"></button>`+
			`<div class="panel" style="width:9ch;border:1px solid">unbreakableunbreakable</div><p style="width:2000px">wide</p>`)
	})
	b := newWindow(t)
	b.open(bad)
	found := map[string]bool{}
	for _, v := range b.violations() {
		found[v.ID] = true
	}
	for _, rule := range []string{"html-has-lang", "label", "button-name", "color-contrast", "target-size", "region"} {
		if !found[rule] {
			t.Errorf("axe does not find what breaks %s; it found %v", rule, found)
		}
	}
	if len(b.tooWide()) != 2 {
		t.Errorf("found %q, want the panel that bursts and the page that is too wide", b.tooWide())
	}
}
