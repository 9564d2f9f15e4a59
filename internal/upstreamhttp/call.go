// Package upstreamhttp sends HTTP requests to one provider and isolates its
// problems.
//
// A Line limits the number of concurrent requests, their time and the size of
// responses, for any HTTP client. The guard in package federation decides whether
// to ask a provider that repeatedly does not answer.
package upstreamhttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/jsonx"
)

const (
	// MaxBody bounds an answer, in bytes.
	MaxBody = 1 << 20

	slots      = 64 // concurrent requests to one provider
	maxHops    = 3  // redirects of a document
	formType   = "application/x-www-form-urlencoded"
	acceptType = "application/json"
)

// ErrSilent is in every error that means that the provider could not be
// reached, did not answer in time, or broke off.
var ErrSilent = errors.New("the provider did not answer")

var (
	errCrowded  = fmt.Errorf("%w the requests before this one", ErrSilent)
	errTooLarge = fmt.Errorf("the answer is larger than %d bytes", MaxBody)
)

// A Line sends requests to one provider. It is safe for concurrent use.
type Line struct {
	http     http.Client
	patience time.Duration
	slots    chan struct{}
}

// New returns a line over a client. Regardless of the client's own rules, the
// line only follows redirects of documents, and only on the same host.
func New(client *http.Client, patience time.Duration) *Line {
	l := &Line{http: *client, patience: patience, slots: make(chan struct{}, slots)}
	l.http.CheckRedirect = noRedirect
	return l
}

// An Answer is a complete response.
type Answer struct {
	Status int
	Type   string // the Content-Type header
	Body   []byte
}

// Document gets a public document, without credentials.
func (l *Line) Document(ctx context.Context, address string) (Answer, error) {
	return l.send(ctx, http.MethodGet, address, nil, func(c *http.Client, r *http.Request) {
		c.CheckRedirect = onOneHost
	})
}

// Resource gets a resource with an access token.
func (l *Line) Resource(ctx context.Context, address, bearer string) (Answer, error) {
	return l.ResourceAs(ctx, address, "Bearer "+bearer)
}

// ResourceAs gets a resource with another authorization scheme.
func (l *Line) ResourceAs(ctx context.Context, address, authorization string) (Answer, error) {
	return l.send(ctx, http.MethodGet, address, nil, func(_ *http.Client, r *http.Request) {
		r.Header.Set("Authorization", authorization)
	})
}

// PostForm posts a form.
func (l *Line) PostForm(ctx context.Context, address string, form url.Values) (Answer, error) {
	return l.PostFormAs(ctx, address, form, "", "")
}

// PostFormAs posts a form with HTTP Basic credentials, if there is a name.
func (l *Line) PostFormAs(ctx context.Context, address string, form url.Values, name, password string) (Answer, error) {
	return l.send(ctx, http.MethodPost, address, strings.NewReader(form.Encode()), func(_ *http.Client, r *http.Request) {
		r.Header.Set("Content-Type", formType)
		if name != "" {
			r.SetBasicAuth(name, password)
		}
	})
}

func (l *Line) send(ctx context.Context, method, address string, body io.Reader, adapt func(*http.Client, *http.Request)) (Answer, error) {
	var answer Answer
	err := l.Talk(ctx, func(ctx context.Context, client *http.Client) error {
		r, err := http.NewRequestWithContext(ctx, method, address, body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, address, err)
		}
		r.Header.Set("Accept", acceptType)
		own := *client
		adapt(&own, r)
		response, err := own.Do(r)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		answer = Answer{Status: response.StatusCode, Type: response.Header.Get("Content-Type")}
		body, err := readAll(response.Body)
		answer.Body = jsonx.WithoutMark(body)
		return err
	})
	return answer, err
}

func readAll(body io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	switch {
	case len(b) > MaxBody:
		return nil, errTooLarge
	case err != nil:
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return b, nil
}

// Talk runs one exchange on the line, within its limits. The client follows no
// redirects.
func (l *Line) Talk(ctx context.Context, exchange func(context.Context, *http.Client) error) error {
	bounded, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-bounded.Done():
		if left(ctx) {
			return ctx.Err()
		}
		return errCrowded
	}
	client := l.http
	return judge(ctx, bounded, exchange(bounded, &client))
}

// judge recognises missing answers. A visitor who left is not the provider's
// fault, and a refusal is an answer.
func judge(visitor, bounded context.Context, err error) error {
	if left(visitor) {
		return visitor.Err()
	}
	// A server that notices our disconnection may still end its answer
	// correctly, so an answer after the deadline may be incomplete.
	if err == nil {
		err = bounded.Err()
	}
	var broken *url.Error
	if !errors.As(err, &broken) && bounded.Err() == nil {
		return err
	}
	if broken != nil {
		err = broken.Err // without the address, which may contain a query
	}
	return fmt.Errorf("%w: %w", ErrSilent, err)
}

// left distinguishes a cancelled visitor from one whose time is over.
func left(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// noRedirect returns the 3xx answer itself, which counts as a failure: a key
// set or token endpoint at another address is not the one in the discovery
// document (FE-36).
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func onOneHost(next *http.Request, before []*http.Request) error {
	last := before[len(before)-1].URL
	if len(before) > maxHops || next.URL.Host != last.Host || next.URL.Scheme != last.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}
