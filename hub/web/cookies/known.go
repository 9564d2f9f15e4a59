package cookies

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/names"
)

// mostKnown is how many accounts can know one browser: enough for a family.
const mostKnown = 4

// KnownBrowsers are the names under which accounts know this browser, one for each
// account with a recent sign-in here, the latest first. The cookie is sealed, so
// only this hub can write it.
func (k *Service) KnownBrowsers(r *http.Request) []string {
	cookie, err := r.Cookie(k.knownCookie())
	if err != nil || len(cookie.Value) > 1000 {
		return nil
	}
	plain, err := k.Box.Open(cookie.Value, names.KnownBrowsers)
	if err != nil {
		return nil
	}
	all := strings.Fields(string(plain))
	return all[:min(len(all), mostKnown)]
}

// From describes the origin of a request, for the limits on passwords.
func (k *Service) From(c *gin.Context) users.From {
	return users.From{Network: web.Network(c.ClientIP()), Browsers: k.KnownBrowsers(c.Request)}
}

// RememberBrowser stores in the browser the name under which the account knows it
// now. An empty name changes nothing.
func (k *Service) RememberBrowser(w http.ResponseWriter, r *http.Request, name string) {
	if name == "" {
		return
	}
	others := slices.DeleteFunc(k.KnownBrowsers(r), func(other string) bool { return other == name })
	all := append([]string{name}, others...)
	sealed := k.Box.Seal([]byte(strings.Join(all[:min(len(all), mostKnown)], " ")), names.KnownBrowsers)
	k.setCookie(w, k.knownCookie(), sealed, int(passwords.BrowserLife.Seconds()))
}

func (k *Service) knownCookie() string { return k.Name + names.KnownCookie }
