package cookies

import (
	"net/http"

	"github.com/fedhub/fedhub/internal/names"
)

// nowhere is the value in the browser after a sign-out.
const nowhere = "-"

// NoteSignInMethod stores the provider of the sign-in in the browser, so that the
// hub can ask this provider again without a page. It is only a hint from the
// browser: a user who changes it makes the hub ask another provider.
func (k *Service) NoteSignInMethod(w http.ResponseWriter, key string) {
	k.setCookie(w, k.viaCookie(), key, 0)
}

// SignInMethod returns what NoteSignInMethod stored. known is false for a browser
// without a sign-in. The key is empty after a sign-out: then the hub must not sign
// the user in again without a page.
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

// Persistent reports whether the browser sends our cookies when it returns from
// another site: it has sent one, or shows our page in a top-level window. In a
// frame of another site it may send none.
func (k *Service) Persistent(r *http.Request) bool {
	return k.BoundToBrowser(r) != "" || r.Header.Get("Sec-Fetch-Dest") == "document"
}

func (k *Service) viaCookie() string { return k.Name + names.ViaCookie }
