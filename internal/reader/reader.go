// Package reader carries what is known about the language of whoever reads an
// answer: from the request to the pages and emails that it causes. It chooses
// no language; templates/locales does.
package reader

import (
	"context"
	"strings"
	"sync"
)

// Preferences are the languages that a reader prefers, the strongest first.
// Each is a list of language tags (BCP 47) as it was sent, or empty.
type Preferences struct {
	// Asked is the ui_locales of the app's request (OIDC Core §3.1.2.1).
	Asked string
	// Own is the locale in the profile of the person.
	Own string
	// Chosen is what the reader chose in the menu of a page. It also holds
	// against an app whose ui_locales leads to the language Over, which the page
	// had when it was chosen.
	Chosen, Over string
	// Accept is the Accept-Language of the browser.
	Accept string
}

// A Reader is whoever reads what a request causes. A handler learns more about
// them on its way; several goroutines may use it.
type Reader struct {
	mu    sync.Mutex
	known Preferences
}

// New returns a reader of whom the request says this.
func New(known Preferences) *Reader { return &Reader{known: known} }

// longest bounds what is kept of ui_locales, which anybody may send.
const longest = 512

// Ask notes the ui_locales of the request that this page belongs to. An empty
// or an endless one changes nothing.
func (r *Reader) Ask(locales string) {
	if r == nil || strings.TrimSpace(locales) == "" || len(locales) > longest {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known.Asked = locales
}

// Meet notes the locale in the profile of the person who is signed in.
func (r *Reader) Meet(locale string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known.Own = locale
}

// Known is what is known about them; of no reader it is nothing.
func (r *Reader) Known() Preferences {
	if r == nil {
		return Preferences{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known
}

type key struct{}

// With returns a context with the reader of its request.
func With(ctx context.Context, r *Reader) context.Context { return context.WithValue(ctx, key{}, r) }

// Of returns the reader of a request. It is nil for work without a request, and
// a nil Reader can be asked and knows nothing.
func Of(ctx context.Context) *Reader {
	r, _ := ctx.Value(key{}).(*Reader)
	return r
}
