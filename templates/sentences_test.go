package templates

import "testing"

func TestASentenceSpeaksOfItsArguments(t *testing.T) {
	for _, tt := range []struct {
		code string
		args map[string]string
		want string
	}{
		{"settings.consent.bad", nil, "Choose when users are asked for consent: every time (Force) or when needed (Auto)."},
		{"provider.choice.bad", map[string]string{"one": "form", "other": "{one}"}, `Choose "form" or "{one}", or leave this empty.`},
		{"error", map[string]string{"@cause": "provider.choice.bad", "@cause/one": "form", "@cause/@other": "error", "@cause/@other/cause": "query"}, `Choose "form" or "query", or leave this empty.`},
		{"error", map[string]string{"@cause": "a.newer.code"}, "a.newer.code"},
		{"a.newer.code", map[string]string{"one": "form"}, "a.newer.code"},
	} {
		if got := Sentence(tt.code, tt.args); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
		}
	}
}
