package cookies

import (
	"net/http"
	"strings"
	"time"

	"github.com/fedhub/fedhub/internal/names"
)

// A TrustedToken is the part of the cookie for one account that trusts the
// browser.
type TrustedToken struct{ Name, Token string }

// mostTrusted is how many accounts may trust one browser, for example of a
// family.
const mostTrusted = 4

// TrustedTokens reads the tokens from the request's cookie.
func (k *Service) TrustedTokens(r *http.Request) []TrustedToken {
	cookie, err := r.Cookie(k.trustedCookie())
	if err != nil || len(cookie.Value) > mostTrusted*(2*idLength+2) {
		return nil
	}
	var all []TrustedToken
	for _, one := range strings.Split(cookie.Value, ".") {
		name, token, _ := strings.Cut(one, "~")
		if len(name) == idLength && len(token) == idLength {
			all = append(all, TrustedToken{name, token})
		}
	}
	return all
}

// KeepTrusted sets the cookie with a token, which replaces the earlier one of the
// same name.
func (k *Service) KeepTrusted(w http.ResponseWriter, r *http.Request, t TrustedToken, life time.Duration) {
	all := []string{t.Name + "~" + t.Token}
	for _, other := range k.TrustedTokens(r) {
		if other.Name != t.Name && len(all) < mostTrusted {
			all = append(all, other.Name+"~"+other.Token)
		}
	}
	k.setCookie(w, k.trustedCookie(), strings.Join(all, "."), int(life.Seconds()))
}

func (k *Service) trustedCookie() string { return k.Name + names.TrustedCookie }
