package templates

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

//go:embed parts/*.html pages/*.html
var files embed.FS

// A Page is one of the structs of this package: what one page shows.
type Page interface {
	look() look
}

// A look says how a page is dressed.
type look struct {
	file  string       // its template: pages/<file>.html
	shell string       // the template around it: card or desk
	title locales.Text // for the browser's tab, without the hub's name
	wrong bool         // a form came back with something to put right
}

// The shells, by the name of their template.
const (
	card = "card" // one question on a card, for anyone
	desk = "desk" // header and navigation, for someone signed in
)

// A Frame is what every page has around it.
type Frame struct {
	Words     *locales.Words // of the reader's language; nil: English
	Hub       string         // name of the hub, as its operator set it
	CSRF      string         // goes into every form as the hidden input "csrf"
	Nonce     string         // of the one inline script there is, on FormPost
	Person    *Person        // nil while nobody is signed in
	Path      string         // of the request, to mark where one is
	Waiting   int            // servers that wait for approval, shown to administrators
	Approvals int            // requests that wait for the person's answer
	Notice    Note           // what the last request did, shown once
	Reference string         // under which the hub recorded this request
	Languages Languages      // to choose from, while nobody is signed in
}

// A Person is whoever is signed in.
type Person struct {
	Name     string
	Email    string
	Username string // what their provider calls them
	Admin    bool
}

// Shown is the name, or the e-mail address of someone who gave none, or what
// the provider calls them.
func (p Person) Shown() locales.Text {
	if p.Name != "" {
		return locales.Stored(p.Name)
	}
	return p.Account()
}

// Account is what tells the person from others of the name: the address, if
// there is one. Nobody is shown by an id, which nobody knows.
func (p Person) Account() locales.Text {
	for _, known := range []string{p.Email, p.Username, p.Name} {
		if known != "" {
			return locales.Stored(known)
		}
	}
	return locales.Say("bits.user-without-a-name")
}

// A view is what a template sees as its dot.
type view struct {
	Title string
	Frame Frame
	Page  Page
}

// Render writes a whole page or, when its template fails, nothing but an
// error: nobody is ever sent half a page.
func Render(w io.Writer, frame Frame, page Page) error {
	dressed := page.look()
	words := frame.spoken(dressed)
	set, err := parsed(words, dressed)
	if err != nil {
		return fmt.Errorf("render %T: %w", page, err)
	}
	var whole bytes.Buffer
	tab, err := title(words, frame.Hub, dressed)
	if err != nil {
		return fmt.Errorf("render %T: %w", page, err)
	}
	if err := set.ExecuteTemplate(&whole, dressed.shell, view{tab, frame, page}); err != nil {
		return fmt.Errorf("render %T: %w", page, err)
	}
	if _, err := whole.WriteTo(w); err != nil {
		return fmt.Errorf("send %T: %w", page, err)
	}
	return nil
}

// title tells apart the tabs of one hub and of several, and says first if
// something went wrong, for people who hear the title before the page.
func title(words *locales.Words, hub string, dressed look) (string, error) {
	id := "shells.title"
	if dressed.wrong {
		id = "shells.title-wrong"
	}
	page, err := dressed.title.In(words)
	if err != nil {
		return "", err
	}
	return words.Text(id, "page", strings.TrimSuffix(page, "."), "hub", hub)
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}
