package social

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/markbates/goth"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/upstreamhttp"
)

// maxRequests bounds the requests of one sign-in; no provider of the list needs
// more.
const maxRequests = 6

// A visit is the network of one sign-in, as an http.RoundTripper. goth's
// requests have no context, no limits and no allowed hosts; the visit adds
// them, and records the answers for a second look.
type visit struct {
	connector *Connector
	verifier  string

	// Set for one exchange:
	ctx    context.Context
	client *http.Client

	session  goth.Session
	requests int
	tokens   []*http.Request // token requests; two at most
	token    record          // the answer to the last one
	records  []record
	broken   error // the error that stopped a request
}

// A record is a complete answer.
type record struct {
	status int
	header http.Header
	body   []byte
}

func (r record) response(to *http.Request) *http.Response {
	return &http.Response{
		StatusCode: r.status, Status: fmt.Sprint(r.status, " ", http.StatusText(r.status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.header, Body: io.NopCloser(bytes.NewReader(r.body)), ContentLength: int64(len(r.body)), Request: to,
	}
}

// do runs a part of goth on the visit. Its error is a fault or a refusal.
func (v *visit) do(ctx context.Context, work func(goth.Provider) error) error {
	c := v.connector
	v.records, v.broken = nil, nil
	err := c.Line.Talk(ctx, func(ctx context.Context, client *http.Client) (err error) {
		v.ctx, v.client = ctx, client
		defer caught(&err)
		err = work(c.open(nil, &http.Client{Transport: v, CheckRedirect: client.CheckRedirect}))
		if v.broken != nil {
			return v.broken // the original error, before goth changed it
		}
		return err
	})
	return v.judge(err)
}

// judge determines the kind of a failure from the answers. goth's own errors
// quote answers and addresses, which may contain tokens, so they are dropped
// (FE-48).
func (v *visit) judge(err error) error {
	c := v.connector
	switch {
	case err == nil:
		return nil
	case v.broken != nil, errors.Is(err, upstreamhttp.ErrSilent), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return c.Fault(federation.Untrusted, err)
	}
	if refused := v.refusal(); refused != nil {
		return refused
	}
	for _, r := range v.records {
		switch {
		case r.status >= 500:
			return c.Faultf(federation.Unreachable, "the provider answered %d", r.status)
		case r.status != http.StatusOK:
			return c.Faultf(federation.Untrusted, "the provider answered %d", r.status)
		}
	}
	return c.Faultf(federation.Untrusted, "the provider's answer is not as its documentation describes")
}

// RoundTrip sends one of goth's requests.
func (v *visit) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(v.ctx)
	r.URL.Path = "/" + strings.TrimLeft(r.URL.Path, "/")
	if v.requests++; v.requests > maxRequests {
		return nil, v.stop(errors.New("the provider needs too many requests"))
	}
	if !v.connector.may(r.URL) {
		return nil, v.stop(errors.New("the provider's answer leads to an address that is not the provider's"))
	}
	if form, ok := tokenForm(r); ok {
		return v.redeemOnce(r, form)
	}
	if !v.connector.provider.inQuery {
		hideToken(r)
	}
	answer, err := v.send(r)
	if err != nil {
		return nil, err
	}
	return answer.response(r), nil
}

// hideToken moves an access token from the query, which is logged, to the
// header (RFC 6750 §2.3).
func hideToken(r *http.Request) {
	query := r.URL.Query()
	if token := query.Get("access_token"); token != "" {
		query.Del("access_token")
		r.URL.RawQuery = query.Encode()
		r.Header.Set("Authorization", "Bearer "+token)
	}
}

// send sends a request and records the answer, within the limits.
func (v *visit) send(r *http.Request) (record, error) {
	r.RequestURI = ""
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "application/json")
	}
	response, err := v.client.Do(r)
	if err != nil {
		return record{}, v.stop(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, upstreamhttp.MaxBody+1))
	switch {
	case err != nil:
		return record{}, v.stop(&url.Error{Op: r.Method, URL: r.URL.Host, Err: err})
	case len(body) > upstreamhttp.MaxBody:
		return record{}, v.stop(fmt.Errorf("the answer is larger than %d bytes", upstreamhttp.MaxBody))
	}
	answer := record{response.StatusCode, response.Header, jsonx.WithoutMark(body)}
	v.records = append(v.records, answer)
	return answer, nil
}

func (v *visit) stop(err error) error {
	if v.broken == nil {
		v.broken = err
	}
	return err
}

// document parses the recorded answer if its content type is JSON.
func (r record) document() (claims.Document, error) {
	if !claims.IsJSON(r.header.Get("Content-Type")) {
		return claims.Document{}, errors.New("it is not JSON")
	}
	return claims.Parse(r.body)
}
