package authrequest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// resolver knows a client with the scope files, and a few APIs.
var resolver *Service

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "authrequest")
	if err == nil {
		resolver, err = newResolver(context.Background(), filepath.Join(dir, "hub.db"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir) //nolint:errcheck // a leftover of a test
	os.Exit(code)
}

func newResolver(ctx context.Context, file string) (*Service, error) {
	b, err := sqlite.Open(file)
	if err != nil {
		return nil, err
	}
	err = b.Prepare(ctx, []store.CollectionSpec{{Name: "clients", Times: []string{"updated"}}, {Name: "apis"}, {Name: "apiscopes"}})
	if err != nil {
		return nil, err
	}
	k := &Service{
		Clients: clients.NewRegistry(clients.Options{Store: store.NewCollection[clients.Client](b, "clients", time.Now), Auth: &clientauth.Verifier{}, Log: slog.New(slog.DiscardHandler)}),
		APIs: apis.New(apis.Options{Issuer: "https://hub.example.org", Now: time.Now,
			APIs: store.NewCollection[apis.API](b, "apis", time.Now), Owners: store.NewCollection[apis.Owner](b, "apiscopes", time.Now)}),
	}
	for identifier, e := range map[string]apis.Edit{
		"https://api.example.org/":  {Name: "Plain", Access: apis.Named},
		"https://named.example.org": {Name: "Named", Access: apis.Named, Scopes: []apis.Scope{{Name: "named:read"}, {Name: "named:write"}}},
		"https://any.example.org":   {Name: "Any", Access: apis.Any, Scopes: []apis.Scope{{Name: "any:read"}}},
		"https://mcp.example.org":   {Name: "MCP", Access: apis.SelfRegistered, Scopes: []apis.Scope{{Name: "mcp:read"}}},
	} {
		if _, err := k.APIs.Add(ctx, identifier, e); err != nil {
			return nil, err
		}
	}
	_, err = k.Clients.Add(ctx, clients.Client{ID: "other", Name: "Other", Type: clients.Service, AuthMethod: "client_secret_basic", Scopes: []string{"files"}})
	return k, err
}
