// Package database opens whichever database an address names, and keeps the
// secret key that belongs to it.
//
// An address is a mongodb:// URI or the path of a file. What a URI carries to
// log in with is never shown again.
package database

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// IsMongoDB tells a MongoDB URI from the path of a file.
func IsMongoDB(address string) bool {
	return strings.HasPrefix(address, "mongodb://") || strings.HasPrefix(address, "mongodb+srv://")
}

// Check says in a sentence why something can't be an address at all.
func Check(address string) error {
	scheme, _, isURL := strings.Cut(address, "://")
	switch {
	case isURL && !IsMongoDB(address):
		return fmt.Errorf(`begins with %q; it must be a mongodb:// address or the path of a file, like "./data/fedhub.db"`, scheme+"://")
	case !isURL && (strings.HasSuffix(address, "/") || strings.HasSuffix(address, string(filepath.Separator))):
		return fmt.Errorf("is %q, which is a folder; name a file in it, like %q", address, filepath.Join(address, "fedhub.db"))
	}
	return nil
}

// Open opens the database at an address, a file that is missing being made.
// Its error says what to do and shows no password.
func Open(ctx context.Context, address string) (store.Backend, error) {
	if !IsMongoDB(address) {
		db, err := sqlite.Open(address)
		if err != nil {
			return nil, err
		}
		return db, nil
	}
	db, err := mongodb.Open(ctx, address)
	if err != nil {
		return nil, hide(err, address)
	}
	return db, nil
}

// Shown is an address for people to read: without the password.
func Shown(address string) string {
	before, secret, after, ok := credentials(address)
	if !ok {
		return address
	}
	user, _, _ := strings.Cut(secret, ":")
	return before + user + after
}

// credentials finds what stands between "://" and "@".
func credentials(address string) (before, secret, after string, ok bool) {
	if !IsMongoDB(address) {
		return "", "", "", false
	}
	start := strings.Index(address, "://") + len("://")
	rest := address[start:]
	end := len(rest)
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		end = i
	}
	// The last one: a careless password may hold an @ of its own.
	at := strings.LastIndex(rest[:end], "@")
	if at < 0 {
		return "", "", "", false
	}
	return address[:start], rest[:at], rest[at:], true
}

// hide keeps the password out of an error. A driver that cannot read an
// address likes to quote it.
func hide(err error, address string) error {
	_, secret, _, ok := credentials(address)
	if !ok {
		return err
	}
	_, password, _ := strings.Cut(secret, ":")
	text := err.Error()
	hidden := text
	for _, word := range []string{secret, password} {
		if word != "" {
			hidden = strings.ReplaceAll(hidden, word, "[hidden]")
		}
	}
	if hidden == text {
		return err
	}
	return errors.New(hidden)
}
