package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// A Poster sends notices to external addresses for services, which only need to
// know whether they were accepted.
type Poster struct{ Client *http.Client }

// A Declined error is an answer other than 200 or 204.
type Declined struct {
	Code   int
	Status string
}

func (d *Declined) Error() string { return "it answered " + d.Status }

// Final reports whether the server refused, so that repeating the request is
// useless.
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

// JSON posts a document with a bearer token. It follows no redirect, which
// would send the token to another address.
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
	io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10)) //nolint:errcheck // only so that the connection can be reused
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return &Declined{resp.StatusCode, resp.Status}
	}
	return nil
}
