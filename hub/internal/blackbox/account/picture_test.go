package account_test

import (
	"bytes"
	"image"
	_ "image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users/pictures"
)

// upload sends the form for a picture. edit changes its fields.
func upload(b *hubtest.Browser, file []byte, pairs ...string) hubtest.Page {
	b.W.Helper()
	return b.Upload(b.Open("/account/profile"), "/account/picture", "me.png", file, pairs...)
}

func painted(t *testing.T, gray uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = gray
	}
	var file bytes.Buffer
	hubtest.Done(t, png.Encode(&file, m))
	return file.Bytes()
}

func TestAPictureIsUploadedServedAndRemoved(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	u := w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	a := w.App()
	claim := func() string {
		t.Helper()
		return w.Userinfo(a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("access_token")).Str("picture")
	}
	hubtest.Want(t, "at first", claim(), "")
	if p := upload(b, painted(t, 10)); p.Location != "/account/profile?done=saved" {
		t.Fatalf("got %d to %q: %s", p.Status, p.Location, hubtest.Gist(p.Body))
	}
	first := claim()
	if !strings.HasPrefix(first, w.URL+pictures.Path) {
		t.Fatalf("the claim is %q", first)
	}
	stranger := w.Browser()
	got := stranger.Open(first)
	m, err := pngOrJPEG(got.Body)
	if err != nil || m.Bounds().Dx() != 256 || m.Bounds().Dy() != 256 {
		t.Errorf("got %v, %v", m, err)
	}
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "immutable", "Content-Security-Policy": "default-src 'none'; sandbox"} {
		if !strings.Contains(got.Header.Get(name), want) {
			t.Errorf("%s is %q", name, got.Header.Get(name))
		}
	}
	b.Submit(b.Open("/account/profile"), "/account/profile", "name", "Ada King")
	hubtest.Want(t, "after the profile was saved", claim(), first)

	upload(b, painted(t, 200))
	second := claim()
	if second == first {
		t.Error("another picture has the same address")
	}
	hubtest.Want(t, "the first one", stranger.Open(first).Status, http.StatusNotFound)
	b.Submit(b.Open("/account/profile"), "/account/picture/remove")
	hubtest.Want(t, "removed", claim(), "")
	hubtest.Want(t, "the second one", stranger.Open(second).Status, http.StatusNotFound)

	upload(b, painted(t, 10))
	third := claim()
	hubtest.Done(t, w.Hub.RemoveUser(t.Context(), audit.Named("test"), u.ID))
	hubtest.Want(t, "of a deleted user", stranger.Open(third).Status, http.StatusNotFound)
	for _, odd := range []string{"x.jpg", "x", "%00.jpg", "%ff.jpg"} {
		hubtest.Want(t, odd, stranger.Open(pictures.Path+odd).Status, http.StatusNotFound)
	}
}

func pngOrJPEG(body string) (image.Image, error) {
	m, _, err := image.Decode(strings.NewReader(body))
	return m, err
}

func TestAnUploadThatIsNoPictureIsRefused(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	for name, row := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":  {nil, "cannot read this file"},
		"a script": {[]byte("<svg onload=alert(1) xmlns='http://www.w3.org/2000/svg'/>"), "cannot read this file"},
		"too much": {make([]byte, pictures.MostBytes+1), "too large"},
	} {
		p := upload(b, row.file)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, row.says) {
			t.Errorf("%s: got %d: %s", name, p.Status, hubtest.Gist(p.Body))
		}
	}
	hubtest.RefusedPage(t, "far too much", upload(b, make([]byte, 3*pictures.MostBytes)))
	hubtest.RefusedPage(t, "without our token", upload(b, painted(t, 1), "csrf", "x"))
	hubtest.RefusedPage(t, "a plain form", b.Read(b.PostForm(w.URL+"/account/picture", nil)))
	hubtest.Want(t, "a stranger", w.Browser().Read(w.Browser().PostForm(w.URL+"/account/picture", nil)).Location, "/signin?to=%2Faccount")
}
