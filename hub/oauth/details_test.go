package oauth

import (
	"strings"
	"testing"
)

func TestDetailsAreReadAndWrittenOneWay(t *testing.T) {
	for raw, want := range map[string]string{
		"": "", "[]": "",
		`[ {"type": "a"} ]`:                              `[{"type":"a"}]`,
		`[{"amount":123.50,"type":"b"},{"type":"c"}]`:    `[{"amount":123.50,"type":"b"},{"type":"c"}]`,
		`[{"type":"a","actions":["read"],"z":{"b":[]}}]`: `[{"actions":["read"],"type":"a","z":{"b":[]}}]`,
	} {
		details, err := ParseDetails(raw)
		if err != nil || JoinDetails(details) != want {
			t.Errorf("%s: got %s, %v; want %s", raw, JoinDetails(details), err, want)
		}
	}
	for _, raw := range []string{
		`[{"type":"a","x":1,"x":2}]`, "x", "{}", `"a"`, "null", "[1]", "[null]", "[{}]", `[{"type":""}]`, `[{"type":1}]`, `[{"type":"a","actions":"read"}]`, `[{"type":"a","locations":[1]}]`,
		`[{"type":"a","identifier":1}]`, "[" + strings.Repeat(`{"type":"a"},`, maxDetails) + `{"type":"a"}]`,
		`[{"type":"a","x":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + `}]`, `[{"type":"` + strings.Repeat("a", maxDetailBytes) + `"}]`,
	} {
		if _, err := ParseDetails(raw); Code(err) != "invalid_authorization_details" {
			t.Errorf("%.60s: got %v, want invalid_authorization_details", raw, err)
		}
	}
}

func FuzzParseDetails(f *testing.F) {
	for _, seed := range []string{"", "[]", `[{"type":"a","x":{"y":[1,"\\\""]}}]`, `[{"type":"a"}`, "[[[["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		details, err := ParseDetails(raw)
		if err != nil {
			if Code(err) != "invalid_authorization_details" {
				t.Fatalf("unnamed error %v", err)
			}
			return
		}
		text := JoinDetails(details)
		again, err := ParseDetails(text)
		if len(text) <= maxDetailBytes && (err != nil || JoinDetails(again) != text) {
			t.Fatalf("%s does not survive: %s, %v", raw, JoinDetails(again), err)
		}
	})
}
