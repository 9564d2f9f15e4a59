package cookies

import (
	"net/http"

	"github.com/fedhub/fedhub/internal/names"
)

// lastLife is how long a browser remembers the last sign-in method.
const lastLife = 180 * 24 * 60 * 60 // seconds

// RememberMethod stores the provider of the last sign-in in this browser, or that
// it used none. The cookie names the provider and no user.
func (k *Service) RememberMethod(w http.ResponseWriter, loginKey string) {
	life := lastLife
	if loginKey == "" {
		life = -1
	}
	k.setCookie(w, k.lastCookie(), loginKey, life)
}

// LastMethod is the stored provider. It comes from the browser, so it is only
// compared and never shown.
func (k *Service) LastMethod(r *http.Request) string {
	cookie, err := r.Cookie(k.lastCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (k *Service) lastCookie() string { return k.Name + names.LastCookie }
