package templates

import "fmt"

// An Element is the opening tag of a panel, a list of rows or a form that
// posts, so that pages do not repeat the HTML. Templates build it, write the
// content, and close it:
//
//	{{template "panel" panel "apps" (t "user.apps-title")}} … </section>
//	{{template "rows" rowlist "users"}} … </ul>
//	{{template "post" post "/signin" .Frame.CSRF | class "stack"}} … </form>
type Element struct {
	ID, Class string
	Label     string // its name for screen readers
	TitledBy  string // or the id of its heading

	Title  string // of a panel
	Lead   string // the sentence below the title
	Open   bool   // the page itself closes the header
	Head   string // class of the header
	Watch  string // address that the script polls
	Starts string // see AdminKeyNew.Starts

	Ordered bool // of rows: the list is ordered

	Action string // of a form: an address of this hub
	Upload bool   // the form sends a file
	CSRF   string

	Passkey  Ceremony // of a form that a passkey answers
	Does     string   // what the script requests of the browser: "get" or "create"
	Autofill bool     // the browser may offer the passkey in the address field
}

func panel(id, title string) Element   { return Element{ID: id, Title: title} }
func rowlist(id string) Element        { return Element{ID: id} }
func post(action, csrf string) Element { return Element{Action: action, CSRF: csrf} }

// Templates chain these methods, so each returns the element.

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

// nth is the id of one of several elements.
func nth(name string, i int) string { return fmt.Sprintf("%s-%d", name, i) }

// to is an address of this hub: each %s becomes one segment of the path.
func to(format string, segments ...string) string {
	escaped := make([]any, len(segments))
	for i, segment := range segments {
		escaped[i] = Segment(segment)
	}
	return fmt.Sprintf(format, escaped...)
}
