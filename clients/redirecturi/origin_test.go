package redirecturi

import "testing"

func TestAnOriginIsWrittenAsBrowsersWriteIt(t *testing.T) {
	for address, want := range map[string]string{
		"https://app.example.org/callback?x=1": "https://app.example.org",
		"https://app.example.org:8443":         "https://app.example.org:8443",
		"http://[::1]:3000/cb":                 "http://[::1]:3000",
		"org.example.app:/callback":            "",
		"https://App.example.org/":             "",
		"https://app.example.org:443/":         "",
		"javascript:alert(1)":                  "",
		"":                                     "",
	} {
		if got := OriginOf(address); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}
