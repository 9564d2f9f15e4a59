package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
)

// A place keeps the demo's two databases while it runs.
type place interface {
	database(party string) string // an address for package database
	shown() string
	remove(context.Context) error
}

// ErrDatabase says that the demo cannot use a database address.
var ErrDatabase = errors.New("use a mongodb:// address, or leave the flag out for a temporary folder")

func newPlace(ctx context.Context, address string) (place, error) {
	if address == "" {
		path, err := os.MkdirTemp("", "fedhub-demo-*") // for this user alone
		if err != nil {
			return nil, fmt.Errorf("create a temporary folder: %w", err)
		}
		return folder(path), nil
	}
	if !database.IsMongoDB(address) {
		return nil, ErrDatabase
	}
	// The name is random, so the databases belong to this demo and can be dropped.
	return server{address, "fedhub_demo_" + strings.ToLower(rand.Text()[:10])}, nil
}

// A folder holds two files.
type folder string

func (f folder) database(party string) string { return filepath.Join(string(f), party+".db") }
func (f folder) shown() string                { return string(f) }

func (f folder) remove(context.Context) error {
	if err := os.RemoveAll(string(f)); err != nil {
		return fmt.Errorf("remove the temporary folder: %w", err)
	}
	return nil
}

// A server holds two databases.
type server struct{ address, prefix string }

func (s server) name(party string) string     { return s.prefix + "_" + party }
func (s server) database(party string) string { return withDatabase(s.address, s.name(party)) }
func (s server) shown() string {
	return fmt.Sprintf("%s, in %s and %s", database.Shown(s.address), s.name(primary), s.name(secondary))
}

// remove drops both databases.
func (s server) remove(ctx context.Context) error {
	client, err := mongo.Connect(options.Client().ApplyURI(s.address).SetServerSelectionTimeout(5 * time.Second))
	if err != nil {
		return errors.New("connect to drop the demo's databases: the address cannot be used")
	}
	for _, party := range []string{primary, secondary} {
		if derr := client.Database(s.name(party)).Drop(ctx); derr != nil {
			err = errors.Join(err, fmt.Errorf("the database %s stays behind: %w", s.name(party), derr))
		}
	}
	return errors.Join(err, client.Disconnect(ctx))
}

// withDatabase sets the database of an address. MongoDB authenticates against the
// database in the address unless authSource is set, so the former one becomes
// authSource.
func withDatabase(address, name string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	rest, query, _ := strings.Cut(rest, "?")
	hosts, before, _ := strings.Cut(rest, "/")
	if before != "" && strings.Contains(hosts, "@") && !strings.Contains(query, "authSource=") {
		query = strings.TrimPrefix(query+"&authSource="+before, "&")
	}
	out := scheme + "://" + hosts + "/" + name
	if query != "" {
		out += "?" + query
	}
	return out
}
