package hubtest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/audit"
)

const (
	Erp         = "https://erp.example.com"
	ErpCallback = Erp + "/api/method/frappe.integrations.oauth2_logins.login_via_frappe"
	FrappePath  = "/api/method/frappe.integrations.oauth2."
)

// Site is an unmodified Frappe site with only a Base URL, a client ID and a
// secret.
func (w *World) Site(provider string, change ...func(*clients.Client)) *App {
	w.Helper()
	site := frappe.NewClient(Erp, provider)
	for _, edit := range change {
		edit(&site)
	}
	c, secret, err := w.Hub.AddClient(w.Context(), audit.Named("test"), site)
	if err != nil {
		w.Fatal(err)
	}
	return &App{W: w, Client: c, Secret: secret}
}

// Raw posts a body as it is written.
func (w *World) Raw(path, form string) Reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodPost, w.URL+path, strings.NewReader(form))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "python-requests/2.32.3")
	req.Header.Set("Accept", "*/*")
	return w.Call(req)
}

// SiteRequest is the address of the button on a site's login page: in this order,
// without nonce and PKCE.
func SiteRequest(a *App, path, state string) string {
	return a.W.URL + path + "?redirect_uri=" + url.QueryEscape(a.RedirectURIs[0]) + "&state=" + url.QueryEscape(state) +
		"&response_type=code&scope=openid&client_id=" + a.ID
}

// SiteState is a state of versions 13 to 15: base64 with all its characters.
func SiteState() string {
	return base64.StdEncoding.EncodeToString([]byte(`{"site": "https://erp.example.com", "token": "` + strings.Repeat("f9?>", 14) + `", "redirect_to": null}`))
}
