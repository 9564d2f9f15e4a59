package publicurl

import (
	"strings"
	"testing"
)

func TestAnAddressHasOneSpelling(t *testing.T) {
	for raw, right := range map[string]string{ // empty: it is right
		"https://id.example.org": "", "https://id_1.corp.example": "", "https://id.example.org:8443": "", "http://localhost:8080": "", "http://[::1]:8080": "", "http://127.0.0.1": "",
		"https://id.example.org:443": `"https://id.example.org"`, "http://localhost:80": `"http://localhost"`, "https://ID.Example.org": `"https://id.example.org"`,
		"HTTPS://id.example.org": `"https://id.example.org"`, "https://ID_1.corp.example:443": `"https://id_1.corp.example"`, "https://id.example.org.": "empty label", "https://[fd00::1]:443": `"https://[fd00::1]"`, "https://id.example.org:": `"https://id.example.org"`,
		"https://bücher.example": `"https://xn--bcher-kva.example"`, "https://id.example.org/x": `"https://id.example.org"`,
		"https://id.example.org:0443": "65535", "https://127.1": "IPv4", "http://id.example.org": "https://", "https://ada@id.example.org": "not an address", "id.example.org": "not an address",
	} {
		err := Check("FEDHUB_URL", raw)
		switch {
		case right == "" && err != nil:
			t.Errorf("%s: %v", raw, err)
		case right != "" && (err == nil || !strings.Contains(err.Error(), right) || !strings.HasPrefix(err.Error(), "FEDHUB_URL is ")):
			t.Errorf("%s: got %v, want it to say %s", raw, err, right)
		}
	}
}
