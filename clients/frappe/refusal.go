package frappe

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// The kinds of refusals.
const (
	Unreachable = "unreachable" // nobody answered, or not to the end
	WrongKey    = "key"         // the API key or secret is wrong
	NotAllowed  = "permission"  // whose key it is may not do this
	Exists      = "exists"      // there is a Social Login Key of this provider
	Missing     = "missing"     // there is none
	Invalid     = "invalid"     // the site does not accept a value
	Moved       = "moved"       // the site is at another address
	NotFrappe   = "other"       // what answered is no Frappe site
	Broken      = "broken"      // the site has a fault, or what stands before it
)

// A Refusal is why a key could not be entered at a site.
type Refusal struct {
	Kind   string
	Status int
	Said   []string // by the site, cleaned
	To     string   // origin that the site moved to
	Cause  error

	Unsure  bool // the site may have done it all the same
	Entered bool // it did, and could only not be read back
}

// Error is for the log. It says nothing that the site said.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("the site refused: %s, status %d", r.Kind, r.Status)
	if r.Cause != nil {
		text += ": " + r.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// read takes the record out of an answer, or the reason why there is none.
func (s Site) read(answer *http.Response, text []byte) (map[string]any, error) {
	var body struct {
		Data           map[string]any `json:"data"`
		ExcType        string         `json:"exc_type"`
		Exception      string         `json:"exception"`
		ServerMessages string         `json:"_server_messages"`
	}
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	isJSON := kind == "application/json" && jsonx.Unmarshal(text, &body) == nil
	if answer.StatusCode == http.StatusOK && isJSON && body.Data != nil {
		return body.Data, nil
	}
	r := &Refusal{Kind: kindOf(answer.StatusCode, body.ExcType, isJSON), Status: answer.StatusCode}
	r.Unsure = r.Kind == Broken || r.Kind == NotFrappe && answer.StatusCode == http.StatusOK
	if r.Kind == Moved {
		r.To = movedTo(answer)
	}
	if isJSON {
		r.Said = s.said(body.ServerMessages, body.Exception)
	}
	return nil, r
}

func kindOf(status int, exception string, isJSON bool) string {
	switch {
	case status >= 300 && status < 400:
		return Moved
	case status >= 500:
		return Broken
	case !isJSON:
		return NotFrappe
	case exception == "DuplicateEntryError", exception == "NameError", status == http.StatusConflict:
		return Exists
	case exception == "AuthenticationError", status == http.StatusUnauthorized:
		return WrongKey
	case exception == "PermissionError", status == http.StatusForbidden:
		return NotAllowed
	case exception == "DoesNotExistError":
		return Missing
	case status == http.StatusNotFound, status == http.StatusOK:
		return NotFrappe
	}
	return Invalid
}

// movedTo is where an answer leads, without what could be in its path.
func movedTo(answer *http.Response) string {
	to, err := answer.Location()
	if err != nil || to.Scheme != "https" && to.Scheme != "http" {
		return ""
	}
	return cleaned((&url.URL{Scheme: to.Scheme, Host: to.Host}).String())
}

// said is what the site tells whoever sent the request. Its messages are a
// list of JSON texts in a JSON text, with markup in them.
func (s Site) said(messages, exception string) []string {
	const most = 5
	var out []string
	add := func(text string) {
		if text = s.clean(text); text != "" && len(out) < most {
			out = append(out, text)
		}
	}
	var list []string
	if jsonx.Unmarshal([]byte(messages), &list) == nil {
		for _, one := range list {
			var m struct {
				Message string `json:"message"`
			}
			if jsonx.Unmarshal([]byte(one), &m) == nil {
				add(m.Message)
			} else {
				add(one)
			}
		}
	}
	if len(out) == 0 {
		if _, text, found := strings.Cut(exception, ": "); found {
			add(text)
		}
	}
	return out
}

// cleaned is text without markup, control characters and what is too long.
func cleaned(text string) string {
	const most = 300
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(text, "")))
	for out.Len() < 4*most {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind == html.TextToken {
			out.Write(z.Text())
		} else {
			out.WriteByte(' ')
		}
	}
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, out.String())
	plain = strings.Join(strings.Fields(plain), " ")
	if len(plain) > most {
		plain = strings.ToValidUTF8(plain[:most], "") + "…"
	}
	return plain
}

// clean is cleaned, without the credentials: a site may repeat what it was sent.
func (s Site) clean(text string) string {
	for _, hidden := range []string{s.sent, s.Secret, s.Key} {
		if len(hidden) >= 6 {
			text = strings.ReplaceAll(text, hidden, "[hidden]")
		}
	}
	return cleaned(text)
}
