package hubtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
)

// Policy sets which clients may register.
func (w *World) Policy(registration string, issuers ...string) {
	w.Helper()
	err := w.Hub.ChangeSettings(w.Context(), audit.Named("test"), func(s *settings.Settings) {
		s.Registration, s.SoftwareIssuers = registration, issuers
	})
	if err != nil {
		w.Fatal(err)
	}
}

// SendJSON calls a machine endpoint with a JSON body and a bearer token.
func (w *World) SendJSON(method, address, token string, body any) Reply {
	w.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.Fatal(err)
	}
	if strings.HasPrefix(address, "/") {
		address = w.URL + address
	}
	req, err := http.NewRequest(method, address, strings.NewReader(string(text)))
	if err != nil {
		w.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return w.Call(req)
}

type Metadata = map[string]any

// Declared is metadata that every client may register; edits change it, and nil
// omits a member.
func Declared(edits ...Metadata) Metadata {
	m := Metadata{"client_name": "Rota", "redirect_uris": []string{Callback}}
	for _, edit := range edits {
		maps.Copy(m, edit)
	}
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	return m
}

func (w *World) Register(edits ...Metadata) Reply {
	w.Helper()
	return w.SendJSON("POST", "/oauth2/register", "", Declared(edits...))
}

// Registered is an app that registered itself.
func (w *World) Registered(edits ...Metadata) (*App, Reply) {
	w.Helper()
	r := w.Register(edits...)
	Want(w, "registration", r.Status, 201)
	all, err := w.Hub.Clients(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range all {
		if c.ID == r.Str("client_id") {
			return &App{W: w, Client: c, Secret: r.Str("client_secret"), Verifier: strings.Repeat("v", 43)}, r
		}
	}
	w.Fatalf("the client is not kept: %s", r.Body)
	return nil, r
}

func FmtJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
