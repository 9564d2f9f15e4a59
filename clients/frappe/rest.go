package frappe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fedhub/fedhub/internal/forms"
)

// The time limits of one request, and of Enter as a whole.
const (
	patience    = 6 * time.Second
	allPatience = 10 * time.Second
	maxBody     = 256 << 10
)

// A Site gives access to a site's REST API. Redirects are not followed, because
// the credentials are for this address only.
type Site struct {
	URL    string       // its origin
	HTTP   *http.Client // guarded
	Key    string       // the API Key of a System Manager
	Secret string       // and its API Secret

	sent string // the Client Secret
}

// CheckCredentials checks the form of an API key and secret.
func CheckCredentials(key, secret string) forms.Problems {
	const most = 200
	for _, c := range []struct{ field, value, missing, bad string }{
		{"api_key", key, "site.api_key.missing", "site.api_key.bad"}, {"api_secret", secret, "site.api_secret.missing", "site.api_secret.bad"},
	} {
		switch {
		case c.value == "":
			return forms.New(c.field, c.missing)
		case len(c.value) > most || strings.ContainsFunc(c.value, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }):
			return forms.New(c.field, c.bad)
		}
	}
	return nil
}

// A Difference is a field that the site stored differently from what was sent.
type Difference struct{ Label, Sent, Kept string }

// Enter creates the Social Login Key at the site, reads it back and returns the
// differences. An existing one is replaced only if replace is set. The error is
// a *Refusal; if reading back failed, the key was written.
func (s Site) Enter(ctx context.Context, key Key, replace bool) ([]Difference, error) {
	ctx, cancel := context.WithTimeout(ctx, allPatience)
	defer cancel()
	s.sent = key.Secret
	sent := map[string]any{}
	for _, f := range key.Fields() {
		sent[f.Name] = f.Value
	}
	record := resource + "/" + url.PathEscape(key.Record())
	var err error
	if replace {
		_, err = s.ask(ctx, http.MethodPut, record, sent)
	}
	var refused *Refusal
	if !replace || errors.As(err, &refused) && refused.Kind == Missing {
		_, err = s.ask(ctx, http.MethodPost, resource, sent)
	}
	if err != nil {
		return nil, err
	}
	kept, err := s.ask(ctx, http.MethodGet, record, nil)
	if err != nil {
		if errors.As(err, &refused) {
			refused.Entered = true
		}
		return nil, err
	}
	return s.differences(key, kept), nil
}

const resource = "/api/resource/Social%20Login%20Key"

func (s Site) differences(key Key, kept map[string]any) []Difference {
	var out []Difference
	for _, f := range key.Fields() {
		now, there := kept[f.Name]
		if f.Secret {
			// The site returns asterisks for a password, or nothing if there is
			// none.
			if text, _ := now.(string); there && text == "" {
				out = append(out, Difference{f.Label, "the secret", "nothing"})
			}
			continue
		}
		if !same(f.Value, now) {
			out = append(out, Difference{f.Label, f.Text(), s.clean(fmt.Sprint(orNothing(now)))})
		}
	}
	return out
}

func orNothing(value any) any {
	if value == nil || value == "" {
		return "nothing"
	}
	return value
}

// ask sends one request and returns the record in the answer.
func (s Site) ask(ctx context.Context, method, path string, body map[string]any) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var reached atomic.Bool // set by the writing goroutine, which may continue after Do returns
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { reached.Store(true) }})
	r, err := s.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	client := *s.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	answer, err := client.Do(r)
	if err != nil {
		return nil, &Refusal{Kind: Unreachable, Unsure: reached.Load(), Cause: err}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch {
	case len(text) > maxBody:
		return nil, &Refusal{Kind: NotFrappe, Status: answer.StatusCode, Unsure: true, Cause: errors.New("the answer is too long")}
	case err != nil:
		return nil, &Refusal{Kind: Unreachable, Status: answer.StatusCode, Unsure: true, Cause: err}
	}
	return s.read(answer, text)
}

func (s Site) request(ctx context.Context, method, path string, body map[string]any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, content)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "token "+s.Key+":"+s.Secret)
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}
