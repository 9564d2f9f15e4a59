package hub_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The client address is determined in one place, which sets RemoteAddr of the
// request. All other code uses that.
func TestWhereARequestComesFromIsFoundOutOnce(t *testing.T) {
	for folder, files := range sources(t) {
		if !strings.HasPrefix(folder, "hub") || double(folder) {
			continue
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || folder == "hub/web" && (name == "address.go" || name == "unlisted.go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join("..", folder, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{".RemoteAddr", ".RemoteIP()", `"X-Forwarded-For"`, `"X-Real-IP"`, `"Forwarded"`, ".SetTrustedProxies(h", "TrustedPlatform"} {
				if strings.Contains(string(text), word) {
					t.Errorf("%s/%s asks for %s itself", folder, name, word)
				}
			}
		}
	}
}
