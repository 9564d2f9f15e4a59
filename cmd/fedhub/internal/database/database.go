// Package database opens the database at an address, and keeps its secret key.
//
// An address is a mongodb:// URI or the path of a file. Credentials in a URI are
// never shown.
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

// Check returns a sentence that says why a text is not an address.
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

// Ports are the ports of a MongoDB address; none for a file.
func Ports(address string) []uint16 {
	if !IsMongoDB(address) {
		return nil
	}
	ports := []uint16{27017} // the default
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

// Open opens the database at an address, and creates a missing file. Its error
// says what to do and shows no password.
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

// Exists reports whether there is a database: a file that is not empty. It is true
// for MongoDB, which has to be opened to know.
func Exists(address string) bool {
	if IsMongoDB(address) {
		return true
	}
	file, err := os.Stat(address)
	return !errors.Is(err, fs.ErrNotExist) && (err != nil || file.Size() > 0)
}

// Shown is an address without secrets: a path, or the hosts and the name of a
// database. Where the credentials cannot be told apart with certainty, as with a
// slash before the last @, only the scheme is shown.
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

// plain reports whether a text has only letters, digits and these signs.
func plain(text, signs string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune(signs, r)
	})
}

// hide keeps secrets of an address out of an error: every part of it but hosts and
// the name of the database.
func hide(err error, address string) error {
	text, safe := err.Error(), Shown(address)
	for _, word := range strings.FieldsFunc(strings.TrimPrefix(address, "mongodb"), func(r rune) bool { return strings.ContainsRune("/?#@:&=+,", r) }) {
		if len(word) >= shortest && !strings.Contains(safe, word) && strings.Contains(text, word) {
			return errors.New("the MongoDB driver cannot use this address. Its message is not shown, because it quotes the address; " + mongodb.HowToEscape())
		}
	}
	return err
}

// shortest is the minimum length of a part that is searched for in an error;
// shorter ones occur in any sentence.
const shortest = 3
