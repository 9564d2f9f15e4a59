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

// A Page is one of the structs of this package: the content of one page.
type Page interface {
	look() look
}

// A look is the layout of a page.
type look struct {
	file  string       // its template: pages/<file>.html
	shell string       // the template around it: card or desk
	title locales.Text // for the browser's tab, without the hub's name
	wrong bool         // a form has mistakes to correct
}

// The shells, by the name of their template.
const (
	card = "card" // one question on a card, for all users
	desk = "desk" // header and navigation, for signed-in users
)

// A Frame has the common parts of every page.
type Frame struct {
	Words     *locales.Words // in the user's language; nil: English
	Hub       string         // name of the hub, as its operator set it
	CSRF      string         // goes into every form as the hidden input "csrf"
	Nonce     string         // of the only inline script, on FormPost
	Person    *Person        // nil if no user is signed in
	Path      string         // of the request, to mark the current entry
	Waiting   int            // hubs that wait for approval, shown to administrators
	Approvals int            // requests that wait for the user's decision
	Notice    Note           // the result of the last request, shown once
	Reference string         // reference of this request
	Return    Return         // the application to which the user can go back
	Languages Languages      // to choose from, if no user is signed in
}

// A Return leads back to the application that waits for the sign-in. It is empty on
// pages for which none waits. The form posts to /signin/cancel.
type Return struct {
	Flow string // id of the flow
	App  string
}

// A Person is the signed-in user.
type Person struct {
	Name     string
	Email    string
	Username string // the provider's name for them
	Admin    bool
}

// Shown is the name, or the email address of a user without one, or else the
// provider's name for the user.
func (p Person) Shown() locales.Text {
	if p.Name != "" {
		return locales.Stored(p.Name)
	}
	return p.Account()
}

// Account distinguishes the user from others of the same name: the address, if
// there is one. It is never an id, because users do not know ids.
func (p Person) Account() locales.Text {
	for _, known := range []string{p.Email, p.Username, p.Name} {
		if known != "" {
			return locales.Stored(known)
		}
	}
	return locales.Say("bits.user-without-a-name")
}

// A view is the data of a template.
type view struct {
	Title string
	Frame Frame
	Page  Page
}

// Render writes a whole page or, if its template fails, only returns an error:
// it never sends a part of a page.
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

// title has the page's and the hub's name, to distinguish browser tabs. An
// error comes first, because screen readers read the title before the page.
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
