package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// openDatabase opens what the name of a file, or a mongodb:// address, means.
func openDatabase(_ context.Context, address string) (store.Backend, error) {
	if strings.HasPrefix(address, "mongodb://") {
		return nil, fmt.Errorf("later")
	}
	db, err := sqlite.Open(address)
	if err != nil {
		return nil, err
	}
	return db, nil
}

// An engine is a database that hubs are measured on.
type engine struct {
	name    string
	address string
	version string
	server  int // process id, 0 if it runs inside the hub
	stop    func()
}

// engine makes a new and empty database.
func (b *bench) engine(ctx context.Context, name string) (engine, error) {
	switch name {
	case "sqlite":
		return engine{name: name, address: filepath.Join(b.folder, "hub.db"), version: sqliteVersion(ctx), stop: func() {}}, nil
	}
	return engine{}, fmt.Errorf("there is no database %q; there are sqlite and mongodb", name)
}

func sqliteVersion(context.Context) string { return "SQLite" }
