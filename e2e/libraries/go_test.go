package libraries_test

import (
	"context"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// TestGoOIDC: discovery, code with PKCE, the ID token and its access token,
// userinfo, refresh.
func TestGoOIDC(t *testing.T) {
	w := newWorld(t)
	ctx := oidc.ClientContext(t.Context(), w.http)
	provider, err := oidc.NewProvider(ctx, w.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*clients.Client){
		"basic":  nil,
		"post":   func(c *clients.Client) { c.AuthMethod = clientauth.MethodPost },
		"public": func(c *clients.Client) { c.Type, c.AuthMethod = clients.SPA, clientauth.MethodNone },
		"es256":  func(c *clients.Client) { c.IDTokenAlg = "ES256" },
	} {
		t.Run(name, func(t *testing.T) { goFlow(ctx, t, w, provider, edit) })
	}
}

func goFlow(ctx context.Context, t *testing.T, w *world, provider *oidc.Provider, edit func(*clients.Client)) {
	t.Helper()
	c, secret := w.client(edit)
	config := oauth2.Config{
		ClientID: c.ID, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: callback,
		Scopes: []string{oidc.ScopeOpenID, "email", oidc.ScopeOfflineAccess},
	}
	verifier := oauth2.GenerateVerifier()
	answer := w.signIn(config.AuthCodeURL("the state", oidc.Nonce("the nonce"), oauth2.S256ChallengeOption(verifier))).Query()
	if answer.Get("state") != "the state" {
		t.Fatalf("the answer is %v", answer)
	}
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: c.ID}).Verify(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	if id.Nonce != "the nonce" {
		t.Errorf("nonce is %q", id.Nonce)
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			t.Error(err)
		}
	}
	info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
	if err != nil {
		t.Fatal(err)
	}
	if info.Subject != id.Subject || info.Email != email || !info.EmailVerified {
		t.Errorf("userinfo is %+v", info)
	}
	again, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	if again.AccessToken == token.AccessToken || again.RefreshToken == "" {
		t.Error("the refresh brought nothing new")
	}
}

func TestGoClientCredentials(t *testing.T) {
	w := newWorld(t)
	c, secret := w.client(func(c *clients.Client) {
		c.Type, c.RedirectURIs, c.Scopes = clients.Service, nil, []string{"files"}
	})
	ctx := oidc.ClientContext(t.Context(), w.http)
	config := clientcredentials.Config{ClientID: c.ID, ClientSecret: secret, TokenURL: w.URL + "/oauth2/token", Scopes: []string{"files"}}
	token, err := config.Token(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if token.AccessToken == "" {
		t.Error("there is no token")
	}
}

// TestGoDevice: a device shows a code, the user approves it in a browser, and the
// device, a public client, gets its tokens.
func TestGoDevice(t *testing.T) {
	w := newWorld(t)
	ctx := oidc.ClientContext(t.Context(), w.http)
	provider, err := oidc.NewProvider(ctx, w.URL)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := w.client(func(c *clients.Client) {
		c.Type, c.AuthMethod, c.RedirectURIs, c.GrantTypes = clients.Native, clientauth.MethodNone, nil, nil
		c.SetGrant(clients.GrantDevice, true)
	})
	config := oauth2.Config{ClientID: c.ID, Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email"}}
	device, err := config.DeviceAuth(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.allow(device.VerificationURIComplete)
	device.Interval = 1 // an earlier approval needs no wait
	token, err := config.DeviceAccessToken(ctx, device)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: c.ID}).Verify(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
	if err != nil {
		t.Fatal(err)
	}
	if info.Subject != id.Subject || info.Email != email {
		t.Errorf("userinfo is %+v, and the ID token is for %s", info, id.Subject)
	}
}
