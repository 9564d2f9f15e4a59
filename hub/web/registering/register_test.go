package registering

import (
	"strings"
	"testing"
)

func TestAClientChoosesAmongWhatIsOffered(t *testing.T) {
	offered := map[string]any{
		"response_types_supported":                    []any{"code", "code id_token"},
		"id_token_signing_alg_values_supported":       []any{"ES256"},
		"token_endpoint_auth_methods_supported":       []any{"none"},
		"request_object_signing_alg_values_supported": []any{},
	}
	fits := map[string]any{"response_types": []string{"id_token code"}, "id_token_signed_response_alg": "ES256"}
	if wrong := notOffered(fits, offered); wrong != "" {
		t.Errorf("what is offered, in other words: %s", wrong)
	}
	wrong := notOffered(map[string]any{"response_types": []string{"code"}, "id_token_signed_response_alg": "HS256"}, offered)
	if !strings.Contains(wrong, "id_token_signed_response_alg is HS256") {
		t.Errorf("an algorithm that is not offered: got %q", wrong)
	}
}
