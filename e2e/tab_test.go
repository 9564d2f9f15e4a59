package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A tab is a tab of the browser with a person in front of it. Everything it
// does waits until it can be done, and ends the test if that takes too long.
type tab struct {
	t    *testing.T
	ctx  context.Context
	seen *record
}

// patience bounds every single wait. It is never used up unless something is
// wrong, so it may be long: the machine may be slow and busy.
const patience = 30 * time.Second

// newWindow opens a window that shares no cookies or storage with another one,
// like a new computer.
func newWindow(t *testing.T) *tab {
	t.Helper()
	return openTab(t, browser(t), chromedp.WithNewBrowserContext())
}

// another opens a second tab in the same window.
func (b *tab) another() *tab {
	b.t.Helper()
	return openTab(b.t, b.ctx)
}

func openTab(t *testing.T, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	seen := &record{}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(seen.note))...)
	b := &tab{t: t, ctx: ctx, seen: seen}
	t.Cleanup(func() {
		seen.check(t)
		if t.Failed() {
			b.keepEvidence()
		}
		cancel()
	})
	// A tab ends with the context of its first action, so that one has no
	// deadline.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, audits.Enable, cdp.Empty{}); err != nil {
			return err
		}
		// Each tab behaves as if it were the one in front.
		_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}), chromedp.EmulateViewport(wide, height))
	return b
}

// The two widths at which pages are looked at, in pixels.
const (
	wide   = 1280
	narrow = 320
	height = 800
)

// do runs actions.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("at %s: %v", b.address(), err)
	}
}

// open goes to an address.
func (b *tab) open(address string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
	b.until("the page to be there", "true")
}

// until waits for a page that is complete and on which the expression holds.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		// An error means only that one page is being replaced by the next.
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && !!("+expression+")"))
		if ok {
			return
		}
		select {
		case <-ctx.Done():
			b.t.Fatalf("waited for %s, and at %s it is not there (%v):\n%s", what, b.address(), err, b.text())
		case <-tick.C:
		}
	}
}

// see waits for an element.
func (b *tab) see(selector string) {
	b.t.Helper()
	b.until(selector, visible(selector))
}

// visible is true for an element that takes up room.
func visible(selector string) string {
	return fmt.Sprintf("document.querySelector(%s)?.getClientRects().length", quote(selector))
}

// seeText waits for words on the page, wherever its lines break.
func (b *tab) seeText(words string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%q", words), fmt.Sprintf("document.body.innerText.replace(/\\s+/g, ' ').includes(%s)", quote(words)))
}

// seeAt waits for a page whose address begins like this, with an element on it.
func (b *tab) seeAt(address, selector string) {
	b.t.Helper()
	b.until(selector+" at "+address, fmt.Sprintf("location.href.startsWith(%s) && %s", quote(address), visible(selector)))
}

// has says whether there is such an element now.
func (b *tab) has(selector string) bool {
	b.t.Helper()
	return evaluate[bool](b, "!!("+visible(selector)+")")
}

// click clicks without waiting for the result.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.see(selector)
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// press clicks what leads to another page, and waits for one.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.leave(selector+" to lead somewhere", func() { b.click(selector) })
}

// pressIgnoringHints is press without the browser's form validation: the hub must
// validate too.
func (b *tab) pressIgnoringHints(selector string) {
	b.t.Helper()
	b.see(selector)
	evaluate[bool](b, fmt.Sprintf("document.querySelector(%s).form.noValidate = true", quote(selector)))
	b.press(selector)
}

// leave does what leads to another page, and waits for one.
func (b *tab) leave(what string, do func()) {
	b.t.Helper()
	before := evaluate[string](b, "String(performance.timeOrigin)")
	do()
	b.until(what, "String(performance.timeOrigin) !== "+quote(before))
}

// fill replaces the text of a text box.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.see(selector)
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%s).select()", quote(selector))),
		// The Delete key removes the selected text even if the new text is empty.
		chromedp.SendKeys(chromedp.CSS(selector), kb.Delete+text))
	if got := b.value(selector); got != text {
		b.t.Fatalf("typed %q into %s, and it holds %q", text, selector, got)
	}
}

// tick makes a check box or radio button checked.
func (b *tab) tick(selector string) {
	b.t.Helper()
	if !evaluate[bool](b, fmt.Sprintf("document.querySelector(%s).checked", quote(selector))) {
		b.click(selector)
	}
}

// value is what a text box holds.
func (b *tab) value(selector string) string {
	b.t.Helper()
	return evaluate[string](b, fmt.Sprintf("document.querySelector(%s).value", quote(selector)))
}

// read returns the text of an element.
func (b *tab) read(selector string) string {
	b.t.Helper()
	b.see(selector)
	return evaluate[string](b, fmt.Sprintf("document.querySelector(%s).innerText", quote(selector)))
}

// text is the visible text of the page; empty if there is none.
func (b *tab) text() string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body?.innerText ?? ''"))
	if err != nil {
		return ""
	}
	return text
}

// address is where the tab is.
func (b *tab) address() string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	address, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "an unknown address"
	}
	return address
}

// path is the address without the host and without what follows "?".
func (b *tab) path() string {
	b.t.Helper()
	return evaluate[string](b, "location.pathname")
}

// keys presses keys, one after the other.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// back is the Back button. It returns false if there is nowhere to go back to.
func (b *tab) back() bool {
	b.t.Helper()
	history, err := chromedp.Call(b.ctx, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	// The first entry is the empty page that every tab begins with.
	if history.CurrentIndex <= 1 {
		return false
	}
	entry := history.Entries[history.CurrentIndex-1]
	b.leave("going back to "+entry.URL, func() {
		b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry.ID})
			return err
		}))
	})
	return true
}

// without switches off scripts from the next page on.
func (b *tab) withoutScripts() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// evaluate runs a script and returns its result.
func evaluate[T any](b *tab, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("at %s: %v", b.address(), err)
	}
	return result
}

// quote makes a text a literal of JavaScript.
func quote(s string) string {
	literal, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return string(literal)
}

// keepEvidence saves the page of the tab, to help find out why a test failed.
func (b *tab) keepEvidence() {
	folder, err := os.MkdirTemp("", "fedhub-e2e-"+strings.NewReplacer("/", "-", " ", "-").Replace(b.t.Name())+"-")
	if err != nil {
		b.t.Log(err)
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		b.save(folder, "page.png", picture)
	}
	if source, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.documentElement.outerHTML")); err == nil {
		b.save(folder, "page.html", []byte(source))
	}
	b.save(folder, "requests.txt", []byte(b.seen.String()))
	b.t.Logf("what the tab at %s shows is kept in %s", b.address(), folder)
}

func (b *tab) save(folder, name string, content []byte) {
	if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
		b.t.Log(err)
	}
}
