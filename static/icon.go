package static

import (
	"regexp"
	"sync"
)

// Icons are symbols of 24 by 24 in two files: icons.svg has our own, in the
// colour of the text; brands.svg has the marks of providers, a letter on a
// ground that stands out on light and dark pages. A page that shows no
// provider does not fetch the second.

var symbols = sync.OnceValue(func() map[string]string {
	pattern := regexp.MustCompile(`<symbol id="([^"]+)"`)
	files := map[string]string{}
	for _, file := range []string{"brands.svg", "icons.svg"} {
		for _, match := range pattern.FindAllSubmatch(assets()[file].plain, -1) {
			files[string(match[1])] = file
		}
	}
	return files
})

// HasIcon tells whether there is an icon of this name.
func HasIcon(name string) bool { return symbols()[name] != "" }

// Icon returns the address of an icon. Where there is none of that name, it is
// the key that stands for any provider.
func Icon(name string) string {
	if !HasIcon(name) {
		name = "openid"
	}
	return URL(symbols()[name]) + "#" + name
}
