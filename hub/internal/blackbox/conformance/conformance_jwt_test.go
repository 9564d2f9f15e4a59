package conformance_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// unsigned is a JWT with alg none.
func unsigned(t testing.TB, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return b64(`{"alg":"none"}`) + "." + b64(string(payload)) + "."
}

// stripped is a JWT without its signature.
func stripped(t testing.TB, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is not a JWS", token)
	}
	return b64(`{"alg":"none"}`) + "." + parts[1] + "."
}
