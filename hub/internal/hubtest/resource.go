package hubtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const (
	FilesAPI = "https://files.example.org/"
	MailAPI  = "https://mail.example.org/"
)

// Multi is Post with parameters that may repeat.
func (a *App) Multi(path string, v url.Values, header ...string) Reply {
	a.W.Helper()
	if a.Public() {
		v.Set("client_id", a.ID)
	}
	req, err := http.NewRequest(http.MethodPost, a.W.URL+path, strings.NewReader(v.Encode()))
	if err != nil {
		a.W.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !a.Public() {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return a.W.Call(req)
}

func Audience(t *testing.T, token string) string {
	t.Helper()
	text, err := json.Marshal(ClaimsOf(t, token)["aud"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
