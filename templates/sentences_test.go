package templates

import "testing"

func TestASentenceSpeaksOfItsArguments(t *testing.T) {
	for _, tt := range []struct {
		code string
		args map[string]string
		want string
	}{
		{"settings.consent.bad", nil, "Choose Force or Auto."},
		{"provider.choice.bad", map[string]string{"one": "form", "other": "{one}"}, `Choose "form" or "{one}", or leave it open.`},
		{"a.newer.code", map[string]string{"one": "form"}, "a.newer.code"},
	} {
		if got := Sentence(tt.code, tt.args); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
		}
	}
}
