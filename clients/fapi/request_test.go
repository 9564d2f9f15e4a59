package fapi

import (
	"errors"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/templates"
)

func TestARequestThatBreaksTheProfileIsToldWhichRequirement(t *testing.T) {
	good := AuthorizationRequest{Pushed: true, Signature: "PS256", ResponseType: "code", RedirectURI: "https://x.example/cb", Challenge: "c", Method: "S256"}
	for _, row := range []struct {
		name, code, clause string
		change             func(*AuthorizationRequest)
	}{
		{"ensure-unsigned-authorization-request-without-using-par-fails", "invalid_request", "5.3.2.2", func(a *AuthorizationRequest) { a.Pushed = false }},
		{"ensure-response-type-code-idtoken-fails", "unsupported_response_type", "5.3.2.2", func(a *AuthorizationRequest) { a.ResponseType = "code id_token" }},
		{"ensure-response-type-token-fails", "unsupported_response_type", "5.3.2.2", func(a *AuthorizationRequest) { a.ResponseType = "token" }},
		{"par-ensure-pkce-required", "invalid_request", "5.3.2.2", func(a *AuthorizationRequest) { a.Challenge = "" }},
		{"par-plain-pkce-rejected", "invalid_request", "5.3.2.2", func(a *AuthorizationRequest) { a.Method = "plain" }},
		{"ensure-redirect-uri-in-authorization-request", "invalid_request", "5.3.2.2", func(a *AuthorizationRequest) { a.RedirectURI = "" }},
		{"ensure-signed-request-object-with-RS256-fails", "invalid_request_object", "5.4.1", func(a *AuthorizationRequest) { a.Signature = "RS256" }},
		{"ensure-unsigned-request-at-par-endpoint-fails", "invalid_request", "Message Signing", func(a *AuthorizationRequest) { a.Signature = "" }},
	} {
		asked := good
		row.change(&asked)
		err := asked.Check(MessageSigning)
		var breach *Violation
		if !errors.As(err, &breach) || breach.Code != row.code || !strings.Contains(breach.Sentence().In(templates.Sentence, ""), row.clause) {
			t.Errorf("%s: got %v, want %s that names %s", row.name, err, row.code, row.clause)
		}
		if err := asked.Check(None); err != nil {
			t.Errorf("%s: a client without a profile was refused: %v", row.name, err)
		}
	}
	if err := good.Check(MessageSigning); err != nil {
		t.Error(err)
	}
	good.Signature = ""
	if err := good.Check(Security); err != nil {
		t.Errorf("the Security Profile alone asks for no signature: %v", err)
	}
}
