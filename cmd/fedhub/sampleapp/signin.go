package sampleapp

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// An attempt is one sign-in under way: the values that the response must match.
type attempt struct {
	nonce    string
	verifier string
	expires  time.Time
}

// patience is how long a user may take to sign in at the hub.
const patience = 15 * time.Minute

// login is GET /login: it sends the browser to the hub.
func (a *App) login(w http.ResponseWriter, r *http.Request) {
	p, err := a.hub(r.Context())
	if err != nil {
		a.fail(w, r, hubAway, err)
		return
	}
	state := rand.Text()
	try := attempt{nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), expires: a.config.Now().Add(patience)}
	if !a.visitors.begin(w, r, state, try) {
		a.fail(w, r, tooMany, errors.New("the app has too many visitors"))
		return
	}
	// state binds the response to this browser, nonce binds the ID token to this
	// attempt, and the verifier proves that the app that redeems the code is the
	// one that asked for it (RFC 6749 §10.12, OIDC Core §3.1.2.1, RFC 7636).
	to := a.oauth(p).AuthCodeURL(state, oidc.Nonce(try.nonce), oauth2.S256ChallengeOption(try.verifier))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// callback is GET /callback: the hub has sent the browser back.
func (a *App) callback(w http.ResponseWriter, r *http.Request) {
	answer := r.URL.Query()
	try, ok := a.visitors.attempt(r, answer.Get("state"))
	if !ok {
		a.fail(w, r, outOfDate, errors.New("the state of the response belongs to no attempt of this browser"))
		return
	}
	p, err := a.hub(r.Context())
	if err != nil {
		a.fail(w, r, hubAway, err)
		return
	}
	if err := a.checkSender(p, answer); err != nil {
		a.fail(w, r, untrusted, err)
		return
	}
	if code := answer.Get("error"); code != "" {
		a.config.Watch("received an error: the sign-in was not completed")
		a.fail(w, r, refusal(code), fmt.Errorf("the hub answered %q", code))
		return
	}
	who, err := a.redeem(r.Context(), p, answer.Get("code"), try)
	if err != nil {
		a.fail(w, r, trouble(err), err)
		return
	}
	a.visitors.welcome(w, r, who)
	a.config.Watch(who.Shown() + " is signed in")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// checkSender checks that the response comes from the app's hub (RFC 9207 §2.4).
func (a *App) checkSender(p *oidc.Provider, answer url.Values) error {
	var says struct {
		SendsIssuer bool `json:"authorization_response_iss_parameter_supported"`
	}
	if err := p.Claims(&says); err != nil {
		return fmt.Errorf("read the discovery document: %w", err)
	}
	iss, sent := answer["iss"]
	if !sent && !says.SendsIssuer {
		return nil
	}
	if !slices.Equal(iss, []string{a.config.Issuer}) {
		return errors.New("the response has another issuer")
	}
	return nil
}

// redeem turns a code into a user: it gets tokens, verifies the ID token and calls
// the UserInfo endpoint.
func (a *App) redeem(ctx context.Context, p *oidc.Provider, code string, try attempt) (person, error) {
	ctx = a.client(ctx)
	token, err := a.oauth(p).Exchange(ctx, code, oauth2.VerifierOption(try.verifier))
	if err != nil {
		return person{}, fmt.Errorf("redeem the code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return person{}, errors.New("the response has no ID token")
	}
	// Verify checks signature, issuer, audience and expiry.
	id, err := p.Verifier(&oidc.Config{ClientID: a.config.ClientID, Now: a.config.Now}).Verify(ctx, raw)
	if err != nil {
		return person{}, fmt.Errorf("check the ID token: %w", err)
	}
	if id.Nonce != try.nonce {
		return person{}, errors.New("the ID token is for another attempt")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return person{}, fmt.Errorf("check the access token: %w", err)
		}
	}
	who := person{subject: id.Subject, raw: raw, token: token, since: a.config.Now()}
	if err := id.Claims(&who.idToken); err != nil {
		return person{}, fmt.Errorf("read the ID token: %w", err)
	}
	who.sid, _ = who.idToken["sid"].(string)
	return a.ask(ctx, p, who)
}

// ask reads the user's claims from the UserInfo endpoint.
func (a *App) ask(ctx context.Context, p *oidc.Provider, who person) (person, error) {
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(who.token))
	if err != nil {
		return person{}, fmt.Errorf("call the UserInfo endpoint: %w", err)
	}
	// OIDC Core §5.3.2: the subject must be the one of the ID token.
	if info.Subject != who.subject {
		return person{}, errors.New("the UserInfo response is about another subject")
	}
	who.userinfo = nil // the shared map is never changed
	if err := info.Claims(&who.userinfo); err != nil {
		return person{}, fmt.Errorf("read the UserInfo response: %w", err)
	}
	who.asked = a.config.Now()
	return who, nil
}

// refresh is POST /refresh: it gets new tokens without the user and reads their
// claims again.
func (a *App) refresh(w http.ResponseWriter, r *http.Request) {
	who, ok := a.visitors.person(r)
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	p, err := a.hub(r.Context())
	if err != nil {
		a.fail(w, r, hubAway, err)
		return
	}
	// A token without an access token makes x/oauth2 use the refresh token.
	ctx := a.client(r.Context())
	who.token, err = a.oauth(p).TokenSource(ctx, &oauth2.Token{RefreshToken: who.token.RefreshToken}).Token()
	if err == nil {
		who, err = a.ask(ctx, p, who)
	}
	if err != nil {
		problem := trouble(err)
		if problem == expired {
			a.visitors.leave(w, r)
		}
		a.fail(w, r, problem, err)
		return
	}
	a.visitors.update(r, who)
	a.config.Watch("received new tokens for " + who.Shown())
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// claims lists all claims with their sources.
func (p person) claims() []claim {
	all := map[string]claim{}
	for name, value := range p.userinfo {
		all[name] = claim{Name: name, Value: inWords(name, value), From: "userinfo"}
	}
	for name, value := range p.idToken {
		from := "ID token"
		if _, both := all[name]; both {
			from = "both"
		}
		all[name] = claim{Name: name, Value: inWords(name, value), From: from}
	}
	var list []claim
	for _, name := range slices.SortedFunc(maps.Keys(all), telling) {
		list = append(list, all[name])
	}
	return list
}

// telling orders claims: the most important first, the others by name.
func telling(a, b string) int {
	first := []string{"sub", "preferred_username", "email_verified", "email", "name"} // last comes first
	return cmp.Or(cmp.Compare(slices.Index(first, b), slices.Index(first, a)), cmp.Compare(a, b))
}
