package pictures_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"path"
	"testing"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/pictures"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

func painted(t *testing.T, gray uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 4, 4))
	for i := range m.Pix {
		m.Pix[i] = gray
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// However many upload at once, the picture that the user ends with is there,
// and no other.
func TestOfManyUploadsOneStays(t *testing.T) {
	userstest.OnEachEngine(t, func(t *testing.T, b store.Backend) {
		w := userstest.On(t, b)
		set := store.NewCollection[pictures.Picture](b, "pictures", w.Now)
		s := pictures.New(set, w.Service, "https://hub.example", w.Now)
		ada, bob := w.Person("ada@example.org"), w.Person("bob@example.org")
		if err := s.Put(t.Context(), bob.ID, painted(t, 0)); err != nil {
			t.Fatal(err)
		}
		for _, err := range userstest.Race(6, func(i int) error { return s.Put(t.Context(), ada.ID, painted(t, uint8(40*i))) }) {
			if err != nil {
				t.Error(err)
			}
		}
		u, err := w.Get(t.Context(), ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := s.Get(t.Context(), path.Base(u.PictureURL())); err != nil || p.UserID != ada.ID {
			t.Errorf("%s: got %v", u.PictureURL(), err)
		}
		all, err := set.All(t.Context())
		if err != nil || len(all) != 2 { // and bob's
			t.Errorf("%d pictures are kept, %v", len(all), err)
		}
		if err := s.Put(t.Context(), ada.ID, []byte("x")); !errors.Is(err, pictures.ErrFormat) {
			t.Errorf("got %v", err)
		}
		if err := s.Remove(t.Context(), ada.ID); err != nil {
			t.Error(err)
		}
		if _, err := s.Get(t.Context(), path.Base(u.PictureURL())); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		gone, stop := context.WithCancel(t.Context())
		stop()
		if err := s.Put(gone, ada.ID, painted(t, 9)); err == nil {
			t.Error("it was stored although nobody waits")
		}
	})
}
