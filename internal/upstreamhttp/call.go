// Package upstreamhttp talks to one upstream over HTTP and keeps its troubles its own.
//
// A Line holds what is allowed at once and how long it may take. What comes
// back is bounded in size, whatever client was handed in. Who asks an upstream
// that is silent again and again is up to the guard in package federation.
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
	// MaxBody is the longest answer that is read, in bytes.
	MaxBody = 1 << 20

	slots      = 64 // requests under way at one upstream
	maxHops    = 3  // redirects of a document
	formType   = "application/x-www-form-urlencoded"
	acceptType = "application/json"
)

// ErrSilent is in the chain of every error that means the upstream could not
// be reached, did not answer in time, or broke off.
var ErrSilent = errors.New("the provider did not answer")

var (
	errCrowded  = fmt.Errorf("%w the requests before this one", ErrSilent)
	errTooLarge = fmt.Errorf("the answer is larger than %d bytes", MaxBody)
)

// A Line leads to one upstream. It is safe for concurrent use.
type Line struct {
	http     http.Client
	patience time.Duration
	slots    chan struct{}
}

// New returns a line over a client. Whatever the client's own rules are, the
// line follows redirects only for documents, and only on their own host.
func New(client *http.Client, patience time.Duration) *Line {
	l := &Line{http: *client, patience: patience, slots: make(chan struct{}, slots)}
	l.http.CheckRedirect = noRedirect
	return l
}

// An Answer is what came back.
type Answer struct {
	Status int
	Type   string // the Content-Type header
	Body   []byte
}

// Document gets a public document: no credentials go along.
func (l *Line) Document(ctx context.Context, address string) (Answer, error) {
	return l.send(ctx, http.MethodGet, address, nil, func(c *http.Client, r *http.Request) {
		c.CheckRedirect = onOneHost
	})
}

// Resource gets what an access token opens.
func (l *Line) Resource(ctx context.Context, address, bearer string) (Answer, error) {
	return l.ResourceAs(ctx, address, "Bearer "+bearer)
}

// ResourceAs gets what credentials of another scheme open.
func (l *Line) ResourceAs(ctx context.Context, address, authorization string) (Answer, error) {
	return l.send(ctx, http.MethodGet, address, nil, func(_ *http.Client, r *http.Request) {
		r.Header.Set("Authorization", authorization)
	})
}

// PostForm posts a form.
func (l *Line) PostForm(ctx context.Context, address string, form url.Values) (Answer, error) {
	return l.PostFormAs(ctx, address, form, "", "")
}

// PostFormAs posts a form with a name and password in the header, if there is
// a name.
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

// Talk runs one exchange on the line: when there is room, within the line's
// patience. The client follows no redirects.
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

// judge tells silences. A visitor who left early is not the upstream's fault,
// and neither is an answer that only says no.
func judge(visitor, bounded context.Context, err error) error {
	if left(visitor) {
		return visitor.Err()
	}
	// A server that notices our hanging up may still end its answer in good
	// order, so what seems complete after the deadline need not be.
	if err == nil {
		err = bounded.Err()
	}
	var broken *url.Error
	if !errors.As(err, &broken) && bounded.Err() == nil {
		return err
	}
	if broken != nil {
		err = broken.Err // without the address, which may carry a query
	}
	return fmt.Errorf("%w: %w", ErrSilent, err)
}

// left tells a visitor who went away from one whose time the upstream used up.
func left(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// noRedirect hands the 3xx answer itself to the caller, who takes it for the
// failure it is: a key set or a token endpoint that moved is not the one that
// the discovery document named (FE-36).
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func onOneHost(next *http.Request, before []*http.Request) error {
	last := before[len(before)-1].URL
	if len(before) > maxHops || next.URL.Host != last.Host || next.URL.Scheme != last.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}
