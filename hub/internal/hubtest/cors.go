package hubtest

import (
	"net/http"
	"net/url"
	"strings"
)

// Across calls an endpoint as a page of another origin does.
func (w *World) Across(method, path, origin string, form url.Values, header ...string) Reply {
	w.Helper()
	req, err := http.NewRequest(method, w.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Origin", origin)
	if len(form) > 0 {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return w.Call(req)
}

func (w *World) AllowsOrigin(what string, r Reply, want string) {
	w.Helper()
	if got := r.Header.Get("Access-Control-Allow-Origin"); got != want {
		w.Errorf("%s: Access-Control-Allow-Origin is %q, want %q", what, got, want)
	}
	if got := r.Header.Get("Access-Control-Allow-Credentials"); got != "" {
		w.Errorf("%s: Access-Control-Allow-Credentials is %q", what, got)
	}
}
