package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
)

// A target is a measured server with its visitors.
type target struct {
	*process
	database int // process id of the database server, 0 if it has none of its own
	world    world
	visitors []*visitor
}

// A visitor is one connection with its user.
type visitor struct {
	wire    *wire  // nil between measurements
	cookies header // a live session
	apps    []held // in the order of the world's
}

// held is what an application received for the visitor.
type held struct {
	codes   []string // not yet redeemed
	refresh string   // the newest refresh token of the visitor's chain
	access  string   // the newest access token
	id      string   // the newest ID token
}

// people creates the visitors. With a world, each is a user who is signed in and
// has used every application once.
func (t *target) people(ctx context.Context, count int) error {
	for range count {
		t.visitors = append(t.visitors, &visitor{apps: make([]held, len(t.world.Apps))})
	}
	for i, email := range t.world.People {
		if err := t.signIn(ctx, t.visitors[i], email); err != nil {
			return fmt.Errorf("sign in at the %s: %w", t.name, err)
		}
	}
	return nil
}

func (t *target) signIn(ctx context.Context, v *visitor, email string) error {
	b, err := newBrowser(email)
	if err != nil {
		return err
	}
	defer b.CloseIdleConnections()
	for app := range t.world.Apps {
		code, err := b.arrive(ctx, t.url+t.authorizePath(app))
		if err != nil {
			return err
		}
		v.apps[app].codes = []string{code}
		if err := t.redeemOne(ctx, v, app); err != nil {
			return err
		}
	}
	v.cookies, err = b.cookies(t.url)
	return err
}

func (t *target) redeemOne(ctx context.Context, v *visitor, app int) error {
	w, err := dial(ctx, t.url)
	if err != nil {
		return err
	}
	defer w.conn.Close()
	a, err := w.do(t.redeem(v, app))
	if err != nil {
		return err
	}
	return v.keepTokens(app, a)
}

// connect opens every visitor's connection, again for each measurement: servers
// close idle connections.
func (t *target) connect(ctx context.Context) error {
	for _, v := range t.visitors {
		w, err := dial(ctx, t.url)
		if err != nil {
			return err
		}
		v.wire = w
	}
	return nil
}

func (t *target) hangUp() {
	for _, v := range t.visitors {
		if v.wire != nil {
			v.wire.conn.Close()
		}
		v.wire = nil
	}
}

// authorization is HTTP Basic (RFC 6749 §2.3.1).
func (s secret) authorization() header {
	pair := url.QueryEscape(s.ID) + ":" + url.QueryEscape(s.Value)
	return header{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
}

// keepTokens stores the tokens of a response.
func (v *visitor) keepTokens(app int, a answer) error {
	h := &v.apps[app]
	h.access, h.refresh, h.id = text(a.body, "access_token"), text(a.body, "refresh_token"), text(a.body, "id_token")
	if h.access == "" || h.refresh == "" {
		return errors.New("the response has no token")
	}
	return nil
}
