package templates

import (
	"io"
	"testing"

	"github.com/fedhub/fedhub/templates/locales"
)

// BenchmarkTheSignInPage renders the page that most people see.
func BenchmarkTheSignInPage(b *testing.B) {
	page := SignIn{Flow: "f", Password: true, Client: Client{Name: "Payroll"}}
	for _, l := range locales.Offered() {
		b.Run(l.Tag.String(), func(b *testing.B) {
			frame := Frame{Hub: "Example ID", Words: l.Words()}
			if err := Render(io.Discard, frame, page); err != nil { // parses the pages of the language once
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := Render(io.Discard, frame, page); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTheFirstPageOfALanguage parses the page as well.
func BenchmarkTheFirstPageOfALanguage(b *testing.B) {
	page := SignIn{Flow: "f", Password: true, Client: Client{Name: "Payroll"}}
	b.ReportAllocs()
	for b.Loop() {
		sets.Clear()
		if err := Render(io.Discard, Frame{Hub: "Example ID"}, page); err != nil {
			b.Fatal(err)
		}
	}
}
