package hubtest

import (
	"regexp"
	"strings"
)

var codeSentTo = regexp.MustCompile(`We sent a code to (\S+@[\w.]*\w)\.`)

// OpenProved opens a page of the account. Where it asks for a code from an email
// first, the user enters it.
func (b *Browser) OpenProved(path string) Page {
	b.W.Helper()
	p := b.Open(path)
	if strings.Contains(p.Body, `id="address-first"`) {
		p = b.Open("/account/prove-address?to=passkeys")
	}
	if p.URL.Path != "/account/prove-address" {
		return p
	}
	p = b.Submit(p, "/account/prove-address", "send", "1")
	to := codeSentTo.FindStringSubmatch(p.Body)
	if to == nil || b.W.box == nil {
		b.W.Fatalf("no code was sent:\n%s", p.Body)
	}
	return b.Submit(p, "/account/prove-address", "send", "", "mailed", b.W.box.Code(to[1]))
}
