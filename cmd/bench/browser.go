package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// A browser signs a user in page by page, as a real browser does.
type browser struct {
	*http.Client
	email string
}

func newBrowser(email string) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{&http.Client{Jar: jar, CheckRedirect: stay, Timeout: answerTime}, email}, nil
}

// arrive opens an address and fills in the pages until the hub redirects to the
// application. It returns the authorization code.
func (b *browser) arrive(ctx context.Context, address string) (string, error) {
	const steps = 20
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	for range steps {
		if err != nil {
			return "", err
		}
		if code := request.URL.Query().Get("code"); strings.HasPrefix(request.URL.String(), callback) && code != "" {
			return code, nil
		}
		request, err = b.step(request)
	}
	return "", fmt.Errorf("the sign-in has more than %d steps", steps)
}

// step sends a request and returns the next one.
func (b *browser) step(request *http.Request) (*http.Request, error) {
	response, err := b.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if to, err := response.Location(); err == nil {
		return http.NewRequestWithContext(request.Context(), http.MethodGet, to.String(), nil)
	}
	page, err := html.Parse(response.Body)
	if err != nil {
		return nil, err
	}
	for n := range page.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && b.knows(attr(n, "action")) {
			return b.submit(request, n)
		}
	}
	return nil, fmt.Errorf("%s returns %s and a page without a form", request.URL.Path, response.Status)
}

func (b *browser) knows(action string) bool { return action == "/signin" || action == "/consent" }

func (b *browser) submit(page *http.Request, form *html.Node) (*http.Request, error) {
	fields := url.Values{}
	for n := range form.Descendants() {
		if n.Type == html.ElementNode && n.Data == "input" && attr(n, "type") == "hidden" {
			fields.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	fields.Set("email", b.email)
	fields.Set("password", password)
	fields.Set("decision", "allow")
	to, err := page.URL.Parse(attr(form, "action"))
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(page.Context(), http.MethodPost, to.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request, nil
}

// cookies are the browser's cookies for the hub, as one header.
func (b *browser) cookies(hub string) (header, error) {
	u, err := url.Parse(hub)
	if err != nil {
		return header{}, err
	}
	var pairs []string
	for _, c := range b.Jar.Cookies(u) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return header{"Cookie", strings.Join(pairs, "; ")}, nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
