package web

import (
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// Device describes a User-Agent in words that users recognize: only the browser
// and the system.
func Device(agent string) locales.Text {
	browser := locales.Say("account.some-browser")
	if known := firstOf(agent, [][2]string{
		// The order matters: each also contains the names of later ones.
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}); known != "" {
		browser = locales.Stored(known)
	}
	system := firstOf(agent, [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	if system == "" {
		return browser
	}
	return locales.Say("account.browser-on-system", "browser", browser, "system", system)
}

func firstOf(agent string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(agent, m[0]) {
			return m[1]
		}
	}
	return ""
}
