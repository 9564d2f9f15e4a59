package oauth

import "testing"

func TestDetailsAreNarrowedNeverWidened(t *testing.T) { // RFC 9396 §6
	const granted = `[{"type":"account","actions":["list","read"],"limit":{"max":10}},{"type":"photo"}]`
	for _, tt := range []struct{ asked, want, code string }{
		{`[{"type":"photo"}]`, `[{"type":"photo"}]`, ""},
		{`[{"type":"account","actions":["read"],"limit":{"max":10}}]`, `[{"actions":["read"],"limit":{"max":10},"type":"account"}]`, ""},
		{`[{"type":"account","actions":["read","write"],"limit":{"max":10}}]`, "", "invalid_authorization_details"},
		{`[{"type":"account","actions":[],"limit":{"max":10}}]`, "", "invalid_authorization_details"},
		{`[{"type":"account","actions":["read"]}]`, "", "invalid_authorization_details"},
		{`[{"type":"account","actions":["read"],"limit":{"max":11}}]`, "", "invalid_authorization_details"},
		{`[{"type":"photo","more":1}]`, "", "invalid_authorization_details"},
		{`[{"type":"other"}]`, "", "invalid_authorization_details"},
		{`[{}]`, "", "invalid_authorization_details"},
		{`[null]`, "", "invalid_authorization_details"},
		{`[]`, "", "invalid_authorization_details"},
		{`{}`, "", "invalid_authorization_details"},
		{`x`, "", "invalid_authorization_details"},
	} {
		got, err := NarrowDetails(granted, tt.asked)
		if got != tt.want || Code(err) != tt.code {
			t.Errorf("%s: got %s, %v", tt.asked, got, err)
		}
	}
	if _, err := NarrowDetails("", `[{"type":"photo"}]`); Code(err) != "invalid_authorization_details" {
		t.Errorf("of nothing: got %v", err)
	}
}

func TestAnAmountIsNotRounded(t *testing.T) {
	const granted = `[{"type":"payment","amount":10000000000000001}]`
	if got, err := NarrowDetails(granted, granted); err != nil || got != `[{"amount":10000000000000001,"type":"payment"}]` {
		t.Errorf("the same: got %s, %v", got, err)
	}
	if got, err := NarrowDetails(granted, `[{"type":"payment","amount":10000000000000000}]`); Code(err) != "invalid_authorization_details" {
		t.Errorf("another: got %s, %v", got, err)
	}
}

func FuzzNarrowDetails(f *testing.F) {
	f.Add(`[{"type":"a","actions":["b","c"]}]`, `[{"type":"a","actions":["b"]}]`)
	f.Add(`[{"type":"a"}]`, `[null,{"type":"a"}]`)
	f.Fuzz(func(t *testing.T, granted, asked string) {
		once, err := NarrowDetails(granted, asked)
		if err != nil {
			return
		}
		twice, err := NarrowDetails(granted, once)
		if err != nil || twice != once {
			t.Fatalf("%s of %s is %s, and that %s, %v", asked, granted, once, twice, err)
		}
	})
}
