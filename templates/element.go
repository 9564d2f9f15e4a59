package templates

import "fmt"

// An Element is the opening tag of a panel, a list of rows or a form that
// posts, so that no page writes one by hand. Templates build it, write what is
// inside, and close it:
//
//	{{template "panel" panel "apps" (t "user.apps-title")}} … </section>
//	{{template "rows" rowlist "users"}} … </ul>
//	{{template "post" post "/signin" .Frame.CSRF | class "stack"}} … </form>
type Element struct {
	ID, Class string
	Label     string // its name for people who cannot see the page
	TitledBy  string // or the id of its heading

	Title  string // of a panel
	Lead   string // the sentence below the title
	Open   bool   // the page closes the header itself
	Head   string // class of the header
	Watch  string // address that the script polls while the panel waits
	Starts string // see AdminKeyNew.Starts

	Ordered bool // of rows: a list with an order

	Action string // of a form: an address of this hub
	Upload bool   // the form sends a file
	CSRF   string

	Passkey  Ceremony // of a form that a passkey answers
	Does     string   // what the script asks the browser for: "get" or "create"
	Autofill bool     // the passkey may be chosen in the address field
}

func panel(id, title string) Element   { return Element{ID: id, Title: title} }
func rowlist(id string) Element        { return Element{ID: id} }
func post(action, csrf string) Element { return Element{Action: action, CSRF: csrf} }

// Templates chain what follows, so each takes the element last and returns it.

func class(names string, e Element) Element   { e.Class = names; return e }
func elementID(id string, e Element) Element  { e.ID = id; return e }
func labelled(by string, e Element) Element   { e.Label = by; return e }
func titledBy(id string, e Element) Element   { e.TitledBy = id; return e }
func lead(text string, e Element) Element     { e.Lead = text; return e }
func open(class string, e Element) Element    { e.Open, e.Head = true, class; return e }
func watch(address string, e Element) Element { e.Watch = address; return e }
func starts(what string, e Element) Element   { e.Starts = what; return e }
func ordered(e Element) Element               { e.Ordered = true; return e }
func autofill(e Element) Element              { e.Autofill = true; return e }
func upload(e Element) Element                { e.Upload = true; return e }

func passkey(does string, of Ceremony, e Element) Element { e.Does, e.Passkey = does, of; return e }

// nth is an id for one of many.
func nth(name string, i int) string { return fmt.Sprintf("%s-%d", name, i) }

// to is an address of this hub: each %s becomes one segment of the path.
func to(format string, segments ...string) string {
	escaped := make([]any, len(segments))
	for i, segment := range segments {
		escaped[i] = Segment(segment)
	}
	return fmt.Sprintf(format, escaped...)
}
