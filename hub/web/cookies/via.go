package cookies

import (
	"net/http"

	"github.com/fedhub/fedhub/internal/names"
)

// nowhere is what the browser remembers of somebody who signed out.
const nowhere = "-"

// NoteSignInMethod lets the browser remember the login key by which somebody came, so that
// its upstream may be asked about them again without a page. It is a hint from
// the browser and nothing else: whoever changes it asks another upstream.
func (k *Service) NoteSignInMethod(w http.ResponseWriter, key string) {
	k.setCookie(w, k.viaCookie(), key, 0)
}

// SignInMethod returns what Came left. known is false for a browser that nobody came
// with; the key is empty for one in which the last person signed out: then
// nobody is to be signed in again behind their back.
func (k *Service) SignInMethod(r *http.Request) (key string, known bool) {
	cookie, err := r.Cookie(k.viaCookie())
	switch {
	case err != nil || cookie.Value == "" || len(cookie.Value) > 64:
		return "", false
	case cookie.Value == nowhere:
		return "", true
	}
	return cookie.Value, true
}

// Persistent says that the browser will bring our cookies back from another site:
// it has brought one, or shows our page in a window of its own. In a frame of
// another site it may not.
func (k *Service) Persistent(r *http.Request) bool {
	return k.BoundToBrowser(r) != "" || r.Header.Get("Sec-Fetch-Dest") == "document"
}

func (k *Service) viaCookie() string { return k.Name + names.ViaCookie }
