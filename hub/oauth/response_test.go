package oauth

import "testing"

func TestResponseTypesAreSetsOfWords(t *testing.T) {
	for raw, want := range map[string]Response{
		"code": "code", "token id_token": "id_token token", "id_token  code": "code id_token", "token code id_token": "code id_token token", "none": "none",
		"Code": "", "code code": "", "none code": "", "device": "", "code,token": "",
	} {
		got, err := ParseResponse(raw)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseResponse(%q): got %q, %v; want %q", raw, got, err, want)
		}
	}
	if Response("code token").Has("tok") || !Response("code token").Front() || Response("code").Front() || Response("none").Front() {
		t.Error("the words of a response type are confused")
	}
}

func TestResponseModesFitTheirResponseType(t *testing.T) {
	for _, tt := range []struct {
		response Response
		raw      string
		want     Mode
		ok       bool
	}{
		{"code", "", Query, true},
		{"code token", "", Fragment, true},
		{"code", "fragment", Fragment, true},
		{"code", "form_post", FormPost, true},
		{"id_token", "form_post", FormPost, true},
		{"code", "jwt", QueryJWT, true},
		{"id_token", "jwt", FragmentJWT, true},
		{"code", "form_post.jwt", FormPostJWT, true},
		{"token", "query", Fragment, false},
		{"code id_token", "query.jwt", Fragment, false},
		{"code", "web_message", Query, false},
		{"code", "Query", Query, false},
	} {
		got, err := tt.response.ParseMode(tt.raw)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q in mode %q: got %q, %v; want %q", tt.response, tt.raw, got, err, tt.want)
		}
	}
}
