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
	Unreachable = "unreachable" // no answer, or an incomplete one
	WrongKey    = "key"         // wrong API key or secret
	NotAllowed  = "permission"  // the owner of the API key has no permission
	Exists      = "exists"      // a Social Login Key of this provider exists
	Missing     = "missing"     // no such Social Login Key
	Invalid     = "invalid"     // the site refuses a value
	Moved       = "moved"       // the site has another address
	NotFrappe   = "other"       // the answer is not from a Frappe site
	Broken      = "broken"      // the site, or its proxy, has an error
)

// A Refusal is why a key could not be written to a site.
type Refusal struct {
	Kind   string
	Status int
	Said   []string // messages of the site, cleaned
	To     string   // the origin that the site redirects to
	Cause  error

	Unsure  bool // the site may have written it anyway
	Entered bool // it was written, but could not be read back
}

// Error is for the log. It contains nothing that the site sent.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("the site refused: %s, status %d", r.Kind, r.Status)
	if r.Cause != nil {
		text += ": " + r.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// read returns the record in an answer, or the reason why there is none.
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

// movedTo is the origin that an answer redirects to, without the path, which
// could contain secrets.
func movedTo(answer *http.Response) string {
	to, err := answer.Location()
	if err != nil || to.Scheme != "https" && to.Scheme != "http" {
		return ""
	}
	return cleaned((&url.URL{Scheme: to.Scheme, Host: to.Host}).String())
}

// said returns the messages of the site. Frappe sends them as a JSON list of
// JSON strings, with markup.
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

// cleaned removes markup and control characters, and shortens a text.
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

// clean is cleaned without the credentials, because a site may repeat what it
// was sent.
func (s Site) clean(text string) string {
	for _, hidden := range []string{s.sent, s.Secret, s.Key} {
		if len(hidden) >= 6 {
			text = strings.ReplaceAll(text, hidden, "[hidden]")
		}
	}
	return cleaned(text)
}
