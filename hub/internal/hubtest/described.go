package hubtest

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// A described app did not register: its client ID is the address of its metadata
// document.
type described struct {
	*App
	Address string
	Reads   atomic.Int32
	Answer  atomic.Pointer[http.HandlerFunc]
}

const Locally = "http://127.0.0.1/callback"

// Publish starts a web server with a document; edits change it.
func (w *World) Publish(edits ...Metadata) *described {
	w.Helper()
	p := &described{}
	p.Address = NewServer(w.TB, func(rw http.ResponseWriter, r *http.Request) {
		p.Reads.Add(1)
		(*p.Answer.Load())(rw, r)
	})
	id := p.Address + "/client.json"
	p.App = &App{W: w, Client: clients.Client{ID: id, Type: clients.Native, AuthMethod: clientauth.MethodNone}, Verifier: strings.Repeat("v", 43)}
	p.Say(edits...)
	return p
}

// Say replaces the document.
func (p *described) Say(edits ...Metadata) {
	all := append([]Metadata{{
		"client_id": p.ID, "client_name": "Your Bank", "redirect_uris": []string{Locally}, "logo_uri": nil,
		"grant_types": []string{"authorization_code", "refresh_token"}, "scope": "openid email files",
	}}, edits...)
	text := FmtJSON(Declared(all...))
	p.Does(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(text))
	})
}

func (p *described) Does(answer http.HandlerFunc) { p.Answer.Store(&answer) }

const Returning = "http://127.0.0.1:33418/callback"

func (p *described) Ask(pairs ...string) url.Values {
	return p.Request(append([]string{"redirect_uri", Returning, "scope", "openid email"}, pairs...)...)
}

func (w *World) Kept(id string) clients.Client {
	w.Helper()
	all, err := w.Hub.Clients(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	w.Fatalf("%s is not kept", id)
	return clients.Client{}
}

func Flat(v url.Values) []string {
	var pairs []string
	for name := range v {
		pairs = append(pairs, name, v.Get(name))
	}
	return pairs
}
