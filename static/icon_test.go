package static

import (
	"regexp"
	"strings"
	"testing"
)

func TestIconsAreOfOneSizeAndOneName(t *testing.T) {
	symbol := regexp.MustCompile(`<symbol id="([^"]+)" ([^>]*)>(.*)</symbol>`)
	seen := map[string]bool{}
	for _, file := range []string{"icons.svg", "brands.svg"} {
		text := string(assets()[file].plain)
		found := symbol.FindAllStringSubmatch(text, -1)
		if len(found) != strings.Count(text, "<symbol") || len(found) == 0 {
			t.Errorf("%s: %d symbols of %d are written as one line each", file, len(found), strings.Count(text, "<symbol"))
		}
		for _, match := range found {
			if seen[match[1]] {
				t.Errorf("%s is drawn twice", match[1])
			}
			seen[match[1]] = true
			if match[2] != `viewBox="0 0 24 24"` {
				t.Errorf("%s: %s", match[1], match[2])
			}
			for _, word := range []string{"href", "<script", "<style", "style=", "url(", "<image", "<text", "<foreignObject", " on"} {
				if strings.Contains(match[3], word) {
					t.Errorf("%s: %s has no place in an icon", match[1], word)
				}
			}
		}
	}
}

// A mark brings its own ground and so looks the same on light and dark pages.
func TestMarksOfProvidersCanBeRead(t *testing.T) {
	ground := regexp.MustCompile(`id="([^"]+)".* fill="(#[0-9a-f]{6})" stroke="currentColor".* stroke="#fff"`)
	text := string(assets()["brands.svg"].plain)
	found := ground.FindAllStringSubmatch(text, -1)
	if len(found) != strings.Count(text, "<symbol") {
		t.Errorf("%d of %d marks have a ground, its rim in the colour of the text, and a white letter", len(found), strings.Count(text, "<symbol"))
	}
	for _, match := range found {
		if got := contrast(luminance(t, "#ffffff"), luminance(t, match[2])); got < 4.5 {
			t.Errorf("%s: the letter has a contrast of %.2f, want 4.5", match[1], got)
		}
	}
}

func TestAnIconIsWhereItIsDrawn(t *testing.T) {
	for name, want := range map[string]string{
		"web": URL("icons.svg") + "#web", "github": URL("brands.svg") + "#github", "no-such": URL("icons.svg") + "#openid",
	} {
		if got := Icon(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
