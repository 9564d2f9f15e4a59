package clientauth

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

// basic builds the header of RFC 6749 §2.3.1.
func basic(id, secret string) string {
	return rawBasic(url.QueryEscape(id) + ":" + url.QueryEscape(secret))
}

func rawBasic(pair string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// unsigned builds something that looks like a JWT with this payload.
func unsigned(payload string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".e30"
}

func TestCredentialsAreRead(t *testing.T) {
	jwt := unsigned(`{"sub":"web1"}`)
	for _, row := range []struct {
		header string
		form   map[string]string
		want   Credentials
	}{
		{basic("web1", "s3cret"), nil, Credentials{Method: MethodBasic, ID: "web1", Secret: "s3cret"}},
		{strings.Replace(basic("web1", "s3cret"), "Basic ", "bAsIc  ", 1), nil, Credentials{Method: MethodBasic, ID: "web1", Secret: "s3cret"}},
		{basic("a:b%+é/", ":%+é /"), nil, Credentials{Method: MethodBasic, ID: "a:b%+é/", Secret: ":%+é /"}},
		{rawBasic("web1:not:encoded/é"), nil, Credentials{Method: MethodBasic, ID: "web1", Secret: "not:encoded/é"}},
		{basic("web1", ""), map[string]string{"client_id": "web1", "client_secret": ""}, Credentials{Method: MethodBasic, ID: "web1"}},
		{"", map[string]string{"client_id": "web1", "client_secret": "s"}, Credentials{Method: MethodPost, ID: "web1", Secret: "s"}},
		{"", map[string]string{"client_id": "spa1"}, Credentials{Method: MethodNone, ID: "spa1"}},
		{"", map[string]string{"client_id": "web1", "client_secret": ""}, Credentials{Method: MethodNone, ID: "web1"}},
		{"", map[string]string{"client_assertion_type": assertionType, "client_assertion": jwt}, Credentials{Method: MethodKey, ID: "web1", Assertion: jwt}},
		{"", map[string]string{"client_assertion_type": assertionType, "client_assertion": jwt, "client_id": "other"}, Credentials{Method: MethodKey, ID: "other", Assertion: jwt}},
	} {
		got, err := ParseCredentials(row.header, row.form)
		if err != nil || got.Method != row.want.Method || got.ID != row.want.ID || got.Secret != row.want.Secret || got.Assertion != row.want.Assertion {
			t.Errorf("%q %v: got %s %q (%v), want %s %q", row.header, row.form, got, got.Secret, err, row.want, row.want.Secret)
		}
	}
}

func TestUnreadableOrMixedCredentialsAreRefused(t *testing.T) {
	jwt := unsigned(`{"sub":"web1"}`)
	for _, row := range []struct {
		name, header string
		form         map[string]string
		code         string
		basic        bool
	}{
		{"nothing", "", nil, InvalidClient, false},
		{"secret without an id", "", map[string]string{"client_secret": "s"}, InvalidClient, false},
		{"another scheme", "Bearer abc", nil, InvalidClient, true},
		{"no scheme", "abc", nil, InvalidClient, true},
		{"no value", "Basic", nil, InvalidClient, true},
		{"bad base64", "Basic !!!", nil, InvalidClient, true},
		{"unpadded base64", "Basic " + strings.TrimRight(base64.StdEncoding.EncodeToString([]byte("web1:ss")), "="), nil, InvalidClient, true},
		{"base64 with stray bits", "Basic d2ViMTpzdB==", nil, InvalidClient, true},
		{"line break in base64", "Basic d2Vi\nMTpz", nil, InvalidClient, true},
		{"no colon", rawBasic("web1"), nil, InvalidClient, true},
		{"empty id", rawBasic(":s"), nil, InvalidClient, true},
		{"bad percent-encoding", rawBasic("web1:50%"), nil, InvalidClient, true},
		{"control character", rawBasic("web1:%00"), nil, InvalidClient, true},
		{"bad UTF-8", rawBasic("web1:%ff"), nil, InvalidClient, true},
		{"a megabyte", rawBasic("web1:" + strings.Repeat("x", 1<<20)), nil, InvalidClient, true},
		{"Basic and a secret in the body", basic("web1", "s"), map[string]string{"client_id": "web1", "client_secret": "s"}, InvalidRequest, false},
		{"Basic and an assertion", basic("web1", "s"), map[string]string{"client_assertion_type": assertionType, "client_assertion": jwt}, InvalidRequest, false},
		{"Basic of one and the id of another", basic("web1", "s"), map[string]string{"client_id": "web2"}, InvalidRequest, true},
		{"assertion and secret", "", map[string]string{"client_id": "web1", "client_secret": "s", "client_assertion_type": assertionType, "client_assertion": jwt}, InvalidRequest, false},
		{"assertion without its type", "", map[string]string{"client_assertion": jwt}, InvalidRequest, false},
		{"type without an assertion", "", map[string]string{"client_id": "web1", "client_assertion_type": assertionType}, InvalidRequest, false},
		{"SAML", "", map[string]string{"client_assertion": jwt, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, InvalidClient, false},
		{"assertion of a megabyte", "", map[string]string{"client_assertion": strings.Repeat("a", 1<<20), "client_assertion_type": assertionType}, InvalidClient, false},
		{"assertion of dots", "", map[string]string{"client_assertion": strings.Repeat(".", 10000), "client_assertion_type": assertionType}, InvalidClient, false},
		{"assertion without a subject", "", map[string]string{"client_assertion": unsigned(`{"iss":"web1"}`), "client_assertion_type": assertionType}, InvalidClient, false},
		{"assertion with a number as subject", "", map[string]string{"client_assertion": unsigned(`{"sub":1}`), "client_assertion_type": assertionType}, InvalidClient, false},
		{"control character in the id", "", map[string]string{"client_id": "web1\x00"}, InvalidRequest, false},
	} {
		_, err := ParseCredentials(row.header, row.form)
		var auth *AuthError
		if !errors.As(err, &auth) || auth.Code != row.code || auth.Basic != row.basic || auth.Why.IsZero() {
			t.Errorf("%s: got %#v, want %s, basic %v", row.name, err, row.code, row.basic)
		}
	}
}

func TestCredentialsCannotBePrinted(t *testing.T) {
	cred := Credentials{Method: MethodBasic, ID: "web1", Secret: "hush", Assertion: "hush"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("seen", "credentials", cred)
	for _, text := range []string{fmt.Sprint(cred), fmt.Sprintf("%+v", cred), fmt.Sprintf("%#v", cred), log.String()} {
		if strings.Contains(text, "hush") || !strings.Contains(text, "web1") {
			t.Errorf("got %q", text)
		}
	}
}

func TestAnErrorDoesNotQuoteTheSecret(t *testing.T) {
	_, err := ParseCredentials(rawBasic("web1:hush%zzhush"), nil)
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("got %v", err)
	}
}

// Any pair survives the way through the header, and nothing in a header makes
// the parser fail other than with an error.
func FuzzBasicAuth(f *testing.F) {
	for _, seed := range [][3]string{
		{"web1", "s3cret", "Basic d2ViMTpz"}, {"a:b", ":%+é /", "basic"}, {"%", "%zz", "Basic !!!"}, {"x", "", "Bearer x"},
		{"", "", rawBasic("%:%")}, {"é", "\x00", rawBasic("no colon")}, {"a b", "+", "Basic  " + strings.Repeat("A", 9000)},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, id, secret, header string) {
		if cred, err := ParseCredentials(header, nil); err == nil {
			if header == "" || cred.Method != MethodBasic || cred.ID == "" || !TextOK(cred.ID) || !TextOK(cred.Secret) {
				t.Fatalf("header %q gave %s with secret %q", header, cred, cred.Secret)
			}
		} else if code(err) == "" {
			t.Fatalf("header %q: %v is no AuthError", header, err)
		}
		pair := basic(id, secret)
		if id == "" || !TextOK(id) || !TextOK(secret) || len(pair) > maxHeader {
			return
		}
		cred, err := ParseCredentials(pair, map[string]string{"client_id": id})
		if err != nil || cred.ID != id || cred.Secret != secret {
			t.Fatalf("%q:%q came back as %q:%q (%v)", id, secret, cred.ID, cred.Secret, err)
		}
	})
}
