package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// A Poster tells something to an address that somebody else named, for
// services: they wait for a yes, and read nothing.
type Poster struct{ Client *http.Client }

// A Declined error is an answer other than 200 or 204.
type Declined struct {
	Code   int
	Status string
}

func (d *Declined) Error() string { return "it answered " + d.Status }

// Final says that who was asked is there and does not want this: the same again
// would fare no better.
func (d *Declined) Final() bool {
	return d.Code >= 400 && d.Code < 500 && d.Code != http.StatusTooManyRequests && d.Code != http.StatusRequestTimeout
}

// Form posts a form.
func (p Poster) Form(ctx context.Context, address string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(p.Client, req)
}

// JSON posts a document with a bearer token, and follows no redirect, which
// would carry the token elsewhere.
func (p Poster) JSON(ctx context.Context, address, bearer string, document []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(document))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	client := *p.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return send(&client, req)
}

func send(client *http.Client, req *http.Request) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10)) //nolint:errcheck // only to reuse the connection
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return &Declined{resp.StatusCode, resp.Status}
	}
	return nil
}
