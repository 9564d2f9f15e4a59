// Package database opens whichever database an address names, and keeps the
// secret key that belongs to it.
//
// An address is a mongodb:// URI or the path of a file. What a URI carries to
// log in with is never shown again.
package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
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

// Ports are where the database listens; none for a file.
func Ports(address string) []uint16 {
	if !IsMongoDB(address) {
		return nil
	}
	ports := []uint16{27017} // where none is named
	_, rest, _ := strings.Cut(address, "://")
	rest = rest[strings.LastIndex(rest, "@")+1:]
	hosts, _, _ := strings.Cut(rest, "/")
	for host := range strings.SplitSeq(hosts, ",") {
		if _, text, err := net.SplitHostPort(host); err == nil {
			if port, err := strconv.ParseUint(text, 10, 16); err == nil {
				ports = append(ports, uint16(port))
			}
		}
	}
	return ports
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

// Exists says whether there is a database to open: a file with something in it.
// Of MongoDB only opening it tells.
func Exists(address string) bool {
	if IsMongoDB(address) {
		return true
	}
	file, err := os.Stat(address)
	return !errors.Is(err, fs.ErrNotExist) && (err != nil || file.Size() > 0)
}

// Shown is an address for people to read: a path, or the hosts and the name of
// a database and nothing else. A text of which it is not certain what of it is
// secret, as one with a slash before its last @, is not shown at all.
func Shown(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	if !IsMongoDB(address) {
		return address
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		if strings.ContainsAny(rest[:at], "/?#") {
			return scheme + "://…"
		}
		rest = rest[at+1:]
	}
	rest, _, _ = strings.Cut(rest, "?")
	hosts, name, _ := strings.Cut(rest, "/")
	if hosts == "" || !plain(hosts, ".-_:,[]") || !plain(name, "-_") {
		return scheme + "://…"
	}
	return scheme + "://" + hosts + "/" + cmp.Or(name, mongodb.DefaultDatabase)
}

// plain says that a text is of letters, digits and these signs alone.
func plain(text, signs string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune(signs, r)
	})
}

// hide keeps what is secret in an address out of an error: whatever stands in it
// but for hosts and the name of the database.
func hide(err error, address string) error {
	text, safe := err.Error(), Shown(address)
	for _, word := range strings.FieldsFunc(strings.TrimPrefix(address, "mongodb"), func(r rune) bool { return strings.ContainsRune("/?#@:&=+,", r) }) {
		if len(word) >= shortest && !strings.Contains(safe, word) && strings.Contains(text, word) {
			return errors.New("the driver cannot use it. What it says is not shown, for it quotes the address; " + mongodb.HowToEscape())
		}
	}
	return err
}

// shortest is the length from which a part of an address is looked for in an
// error; shorter ones are found in any sentence.
const shortest = 3
