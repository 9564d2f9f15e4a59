// Package pictures keeps the pictures that users upload of themselves. A
// picture is decoded and written anew, so that nobody is served what somebody
// else uploaded.
package pictures

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Picture is a JPEG file of one user.
type Picture struct {
	// ID is the hash of user and file: a picture never changes under its
	// address, and two users share none.
	ID      string    `bson:"id"`
	UserID  string    `bson:"userId"`
	File    []byte    `bson:"file"`
	Created time.Time `bson:"created"`
}

// Key is the picture's id.
func (p Picture) Key() string { return p.ID }

// Path is where pictures are served, before the id.
const Path = "/picture/"

const suffix = ".jpg"

// A Service keeps pictures.
type Service struct {
	Set   *store.Collection[Picture]
	Users *users.Service
	URL   string // the hub's
	Now   func() time.Time

	one chan struct{}
}

// New returns a service.
func New(set *store.Collection[Picture], people *users.Service, url string, now func() time.Time) *Service {
	return &Service{Set: set, Users: people, URL: url, Now: now, one: make(chan struct{}, 1)}
}

// Get returns the picture at an address below Path; fs.ErrNotExist if there is
// none.
func (s *Service) Get(ctx context.Context, name string) (Picture, error) {
	id, is := strings.CutSuffix(name, suffix)
	if !is || !store.IsText(id) {
		return Picture{}, fs.ErrNotExist
	}
	return s.Set.Get(ctx, id)
}

// Put makes an upload the picture of a user; ErrLarge or ErrFormat if it cannot
// be one.
func (s *Service) Put(ctx context.Context, userID string, upload []byte) error {
	file, err := s.converted(ctx, upload)
	if err != nil {
		return err
	}
	p := Picture{ID: secrets.HexHash(userID + " " + string(file)), UserID: userID, File: file, Created: s.Now()}
	if err := s.Set.Insert(ctx, p); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.replace(ctx, userID, s.URL+Path+p.ID+suffix)
}

// converted converts one upload at a time: a decoded picture may need a hundred
// megabytes.
func (s *Service) converted(ctx context.Context, upload []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil { // select picks any case that is ready
		return nil, err
	}
	select {
	case s.one <- struct{}{}:
		defer func() { <-s.one }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return convert(upload)
}

// Remove takes the picture from a user.
func (s *Service) Remove(ctx context.Context, userID string) error {
	return s.replace(ctx, userID, "")
}

// replace sets a user's picture and deletes exactly the one before, so that of
// two uploads at once neither deletes the other's.
func (s *Service) replace(ctx context.Context, userID, url string) error {
	before, err := s.Users.SetUploaded(ctx, userID, url)
	if err != nil || before == "" {
		return err
	}
	err = s.Set.Delete(ctx, strings.TrimSuffix(path.Base(before), suffix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Name is the name of a user's picture below Path; empty if the user uploaded
// none.
func Name(u users.User) string {
	if u.Uploaded == "" {
		return ""
	}
	return path.Base(u.Uploaded)
}
