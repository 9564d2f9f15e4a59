package templates

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fedhub/fedhub/templates/locales"
)

// AdminAudit lists events of the audit log, the newest first. The filters are a
// GET of /admin/audit; the buttons of the export post them to /admin/audit.csv
// and /admin/audit.ndjson.
type AdminAudit struct {
	Filter   AuditFilter
	Topics   []Option
	Clients  []Option
	Keys     []Option
	Rows     []AuditRow
	Later    bool   // this is not the first page
	Older    string // path of the next page; empty if this is the last
	Newest   string // path of the first page
	Days     int    // how long events are kept; 0: forever
	Mistakes []Mistake
}

func (p AdminAudit) look() look {
	return look{"audit", desk, locales.Say("audit.title"), len(p.Mistakes) > 0}
}

// An AuditFilter is what was typed to select events.
type AuditFilter struct{ What, Who, Whom, Client, Key, IP, From, Until, Ref string }

// Set reports whether the filter selects anything.
func (f AuditFilter) Set() bool { return f != AuditFilter{} }

// Pairs are the filter as hidden inputs.
func (f AuditFilter) Pairs() []Pair {
	return []Pair{{"what", f.What}, {"who", f.Who}, {"whom", f.Whom}, {"client", f.Client}, {"key", f.Key}, {"ip", f.IP}, {"from", f.From}, {"until", f.Until}, {"ref", f.Ref}}
}

// An AuditRow is one event in the list.
type AuditRow struct {
	ID       string
	Time     time.Time
	Sentence Naming
	About    []Naming // what the sentence does not name
	Why      locales.Text
	Device   locales.Text // like "Firefox on Linux"
	IP       string
	Ref      string
	Kind     string
	Changes  []AuditChange // the first ones
	More     int           // further changes, on the page of the event
}

// An AuditChange is the earlier and the new value of a field.
type AuditChange struct{ Field, Before, After string }

// AdminAuditEvent is the page of one event.
type AdminAuditEvent struct {
	AuditRow
	Trace string // path of the trace with the reference; empty if there is none
	Facts []Pair // as they are stored
}

func (p AdminAuditEvent) look() look {
	return look{"auditevent", desk, locales.Say("auditevent.title"), false}
}

// A Naming is a message that names others. Each argument of the message is a
// Named.
type Naming struct {
	ID   string
	Args []Named
}

// A Named is one of them: by its name, or by a message if it has none.
type Named struct {
	Arg   string // of the message
	Name  string
	Label locales.Text
	URL   string // its page; empty if it has none
}

// naming is the message in pieces. A message in the place of a name begins with a
// capital at the beginning of the sentence.
func naming(w *locales.Words) func(Naming) ([]mark, error) {
	return func(n Naming) ([]mark, error) {
		if n.ID == "" {
			return nil, nil
		}
		args := make([]string, len(n.Args))
		for i, a := range n.Args {
			args[i] = a.Arg
		}
		parts, err := w.Slots(n.ID, args...)
		if err != nil {
			return nil, err
		}
		marks := make([]mark, len(parts))
		for i, part := range parts {
			if part.Number == 0 {
				marks[i].Text = part.Text
				continue
			}
			of := n.Args[part.Number-1]
			marks[i].Text = of.Name
			if of.URL != "" {
				marks[i].Kind, marks[i].URL = "a", of.URL
			}
			if of.Name != "" {
				continue
			}
			if marks[i].Text, err = of.Label.In(w); err != nil {
				return nil, err
			}
			if i == 0 {
				marks[i].Text = capital(marks[i].Text)
			}
		}
		return marks, nil
	}
}

// English is the message as plain text, for the command line.
func (n Naming) English() (string, error) {
	marks, err := naming(locales.English())(n)
	var text strings.Builder
	for _, m := range marks {
		text.WriteString(m.Text)
	}
	return text.String(), err
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return strings.ToValidUTF8(string(unicode.ToUpper(first)), "") + text[size:]
}
