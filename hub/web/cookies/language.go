package cookies

import (
	"net/http"

	"github.com/fedhub/fedhub/internal/names"
)

// languageLife is how long a browser remembers its language.
const languageLife = 365 * 24 * 60 * 60 // seconds

// ChooseLanguage notes what was chosen in the menu of a page.
func (k *Service) ChooseLanguage(w http.ResponseWriter, chosen string) {
	k.setCookie(w, k.languageCookie(), chosen, languageLife)
}

// Language is what was chosen: a word of the browser's, to be compared and never
// shown.
func (k *Service) Language(r *http.Request) string {
	cookie, err := r.Cookie(k.languageCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (k *Service) languageCookie() string { return k.Name + names.LanguageCookie }
