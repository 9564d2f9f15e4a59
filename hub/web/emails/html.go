package emails

import (
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

//go:embed email.html
var page string

// layout has inline styles only, which every reader of emails supports, and names
// no colours of text and background, so that readers choose them in dark mode.
var layout = template.Must(template.New("email").Parse(page))

// A document is the HTML of an email. html/template escapes it.
type document struct {
	Lang, Dir, Subject, Hub, Address string
	Parts                            []part
}

// A part is a paragraph of the text.
type part struct {
	Kind  string // "text", "list", "link", "button" or "code"
	Lines []string
	URL   string
	Label string
}

// links are the arguments that are addresses of this hub. A text has each in a
// paragraph of its own. The first one is the button.
var links = []string{"link", "signin", "forgot"}

// labels are the messages on buttons.
var labels = map[string]string{
	"address.changed":   "wasntme.undo-button",
	"address.verify":    "mail.address.verify.subject",
	"attention":         "nav.overview",
	"browser.confirm":   "mail.browser.confirm.subject",
	"browser.new":       "wasntme.tab",
	"deletion.asked":    "deleteaccount.keep-button",
	"factor.added":      "wasntme.tab",
	"factor.removed":    "wasntme.tab",
	"factor.reset":      "nav.users",
	"identity.linked":   "wasntme.undo-button",
	"identity.moved":    "connections.tab",
	"identity.prove":    "mail.identity.prove.subject",
	"identity.refused":  "connections.tab",
	"identity.unlinked": "wasntme.undo-button",
	"invitation":        "mail.signup.link.subject",
	"passkey.added":     "wasntme.undo-button",
	"passkey.removed":   "wasntme.tab",
	"password.changed":  "wasntme.tab",
	"password.reset":    "mail.password.reset.subject",
	"recovery.used":     "wasntme.tab",
	"signin.code":       "wasntme.sign-in-button",
	"signup.approved":   "wasntme.sign-in-button",
	"signup.exists":     "wasntme.sign-in-button",
	"signup.link":       "mail.signup.link.subject",
}

// markup is the text of an email as HTML.
func markup(words *locales.Words, code, subject, text string, shown map[string]any, pairs []any) (string, error) {
	d := document{Lang: words.Lang(), Dir: words.Dir(), Subject: subject}
	d.Hub, _ = shown["hub"].(string)
	d.Address, _ = shown["address"].(string)
	urls := []string{d.Address + "/admin"}
	for _, name := range links {
		if url, ok := shown[name].(string); ok {
			urls = append(urls, url)
		}
	}
	secret, _ := shown["code"].(string)
	button := true
	for _, paragraph := range strings.Split(text, "\n\n") {
		p, alone := part{Kind: "text", Lines: strings.Split(paragraph, "\n")}, strings.Trim(paragraph, " \u2068\u2069")
		switch {
		case alone == secret && secret != "":
			p = part{Kind: "code", Label: secret}
		case slices.Contains(urls, alone) && button:
			label, err := locales.Say(labels[code], pairs...).In(words)
			if err != nil {
				return "", fmt.Errorf("the button: %w", err)
			}
			p, button = part{Kind: "button", URL: alone, Label: label}, false
		case slices.Contains(urls, alone):
			p = part{Kind: "link", URL: alone}
		case strings.HasPrefix(paragraph, "- "):
			p.Kind = "list"
			for i, line := range p.Lines {
				p.Lines[i] = strings.TrimPrefix(line, "- ")
			}
		}
		d.Parts = append(d.Parts, p)
	}
	var out strings.Builder
	if err := layout.Execute(&out, d); err != nil {
		return "", fmt.Errorf("write HTML: %w", err)
	}
	return out.String(), nil
}
