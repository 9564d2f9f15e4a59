package account

import (
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// device puts a User-Agent into words a person recognises: the browser and the
// system, and no more than they need.
func device(agent string) locales.Text {
	browser := locales.Say("account.some-browser")
	if known := first(agent, [][2]string{
		// The order matters: each names the ones below as well.
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}); known != "" {
		browser = locales.Stored(known)
	}
	system := first(agent, [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	if system == "" {
		return browser
	}
	return locales.Say("account.browser-on-system", "browser", browser, "system", system)
}

func first(agent string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(agent, m[0]) {
			return m[1]
		}
	}
	return ""
}
