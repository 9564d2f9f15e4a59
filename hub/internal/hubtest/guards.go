package hubtest

import "net/url"

func Cookies(b *Browser) map[string]string {
	out := map[string]string{}
	home, _ := url.Parse(b.W.URL)
	for _, c := range b.Jar.Cookies(home) {
		out[c.Name] = c.Value
	}
	return out
}
