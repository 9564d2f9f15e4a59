package cookies

import (
	"net/http"

	"github.com/fedhub/fedhub/internal/names"
)

// languageLife is how long a browser remembers its language.
const languageLife = 365 * 24 * 60 * 60 // seconds

// ChooseLanguage stores the language that was chosen in the menu of a page.
func (k *Service) ChooseLanguage(w http.ResponseWriter, chosen string) {
	k.setCookie(w, k.languageCookie(), chosen, languageLife)
}

// Language is the chosen language. It comes from the browser, so it is only
// compared and never shown.
func (k *Service) Language(r *http.Request) string {
	cookie, err := r.Cookie(k.languageCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (k *Service) languageCookie() string { return k.Name + names.LanguageCookie }
