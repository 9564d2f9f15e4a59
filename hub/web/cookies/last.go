package cookies

import (
	"net/http"

	"github.com/fedhub/fedhub/internal/names"
)

// lastLife is how long a browser remembers which way in was taken last.
const lastLife = 180 * 24 * 60 * 60 // seconds

// RememberMethod notes the login key that this browser's person came by, or that
// it was none. The cookie names the key and nobody.
func (k *Service) RememberMethod(w http.ResponseWriter, loginKey string) {
	life := lastLife
	if loginKey == "" {
		life = -1
	}
	k.setCookie(w, k.lastCookie(), loginKey, life)
}

// LastMethod is the login key that was remembered: a word of the browser's, to be
// compared and never shown.
func (k *Service) LastMethod(r *http.Request) string {
	cookie, err := r.Cookie(k.lastCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (k *Service) lastCookie() string { return k.Name + names.LastCookie }
