package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/algs"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/users"
)

// A world is the content of the database.
type world struct {
	People []string `json:"people"` // email addresses
	Apps   []secret `json:"apps"`   // in the order of idTokenAlgs
	Job    secret   `json:"job"`
	Device secret   `json:"device"` // a public client
}

// A secret has the credentials of an application.
type secret struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// idTokenAlgs are the signing algorithms of the applications' ID tokens: RS256,
// which OpenID Connect requires, and ES256, which is faster.
var idTokenAlgs = []string{signing.RS256, signing.ES256}

// rs256 and es256 are the indexes of the applications.
const (
	rs256 = iota
	es256
)

const (
	password = "green apples on the roof" // everybody's
	callback = "https://app.example.org/callback"
)

// by is the actor in the audit log.
var by = audit.Named("bench")

// seed fills a new database and writes its content to the standard output. It runs
// in its own process, because hashing passwords takes memory that must not count
// for the measured server.
func seed(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("as-seed", flag.ContinueOnError)
	database := f.String("database", "", "file or mongodb:// address")
	people := f.Int("people", 0, "how many people")
	if err := f.Parse(args); err != nil {
		return err
	}
	backend, err := openDatabase(ctx, *database)
	if err != nil {
		return err
	}
	defer backend.Close(context.Background()) //nolint:errcheck // what is lost is missed by the first request
	h, err := hub.New(ctx, config("http://localhost:1"), backend)
	if err != nil {
		return err
	}
	w, err := fill(ctx, h, *people)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(w)
}

func fill(ctx context.Context, h *hub.Hub, people int) (world, error) {
	var w world
	if err := h.ChangeSettings(ctx, by, func(now *settings.Settings) { now.Registration = settings.RegistrationOpen }); err != nil {
		return world{}, err
	}
	for i := range people {
		email := fmt.Sprintf("person%d@example.org", i)
		_, err := h.AddUser(ctx, by, users.NewUser{Email: email, EmailVerified: true, Profile: users.Profile{Name: "Ada Lovelace"}, Roles: []string{"writer"}, Password: password})
		if err != nil {
			return world{}, err
		}
		w.People = append(w.People, email)
	}
	for _, alg := range idTokenAlgs {
		app, value, err := h.AddClient(ctx, by, clients.Client{
			Name: "Payroll " + alg, Type: clients.Web, RedirectURIs: []string{callback}, GrantTypes: []string{clients.GrantRefresh, clients.GrantExchange}, PostLogoutRedirectURIs: []string{callback},
			Scopes: []string{"openid", "profile", "email", "offline_access"}, IDTokenAlg: alg,
			Algs: algs.Chosen{Authorization: alg, Introspection: alg},
		})
		if err != nil {
			return world{}, err
		}
		w.Apps = append(w.Apps, secret{app.ID, value})
	}
	job, value, err := h.AddClient(ctx, by, clients.Client{Name: "Nightly job", Type: clients.Service, Scopes: []string{"files"}})
	if err != nil {
		return world{}, err
	}
	w.Job = secret{job.ID, value}
	device, _, err := h.AddClient(ctx, by, clients.Client{Name: "Television", Type: clients.Native, GrantTypes: []string{clients.GrantDevice}})
	w.Device = secret{ID: device.ID}
	return w, err
}
