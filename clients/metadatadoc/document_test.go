package metadatadoc

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAMetadataURLHasOneSpelling(t *testing.T) {
	for id, want := range map[string]bool{
		"https://hub.example.net/oauth2/client-metadata":       true,
		"https://hub.example.net:8443/":                        true,
		"https://hub.example.net/x?tenant=1":                   true,
		"https://127.0.0.1:8443/x":                             true,
		"https://hub.example.net":                              false,
		"https://hub.example.net?x":                            false,
		"https://hub.example.net/x#y":                          false,
		"https://user@hub.example.net/x":                       false,
		"https://hub.example.net/a/../x":                       false,
		"https://hub.example.net/%2e%2e/x":                     false,
		"https://hub.example.net/%25252525252525":              false,
		"https://HUB.example.net/x":                            false,
		"https://hub.example.net:443/x":                        false,
		"http://hub.example.net/x":                             false,
		"http://localhost:8081/x":                              false,
		"com.example.app:/x":                                   false,
		"web1":                                                 false,
		"":                                                     false,
		"https://hub.example.net/" + strings.Repeat("x", 3000): false,
	} {
		if got := IsURL(id, false); got != want {
			t.Errorf("%.100q: got %v, want %v", id, got, want)
		}
	}
	if !IsURL("http://localhost:8081/x", true) || IsURL("com.example.app:/x", true) {
		t.Error("in development plain http is allowed, and nothing else more")
	}
}

func TestHowLongADocumentCountsIsItsOwnWordWithinBounds(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"":                           10 * time.Minute,
		"max-age=1200":               20 * time.Minute,
		"public, Max-Age=\"1200\"":   20 * time.Minute,
		"max-age=0":                  time.Minute,
		"max-age=31536000":           time.Hour,
		"max-age=99999999999999":     10 * time.Minute,
		"max-age=-1":                 10 * time.Minute,
		"max-age":                    10 * time.Minute,
		"no-store, max-age=1200":     time.Minute,
		"max-age=1200, no-cache":     time.Minute,
		"immutable, s-maxage=999999": 10 * time.Minute,
	} {
		if got := life(http.Header{"Cache-Control": {header}}); got != want {
			t.Errorf("%q: got %v, want %v", header, got, want)
		}
	}
}
