package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
)

// A target is a server under measurement with those who call it.
type target struct {
	*process
	database int // process id of the database server, 0 if it has none of its own
	world    world
	visitors []*visitor
}

// A visitor is one connection, and who is behind it.
type visitor struct {
	wire    *wire
	cookies header   // a live session
	codes   []string // not yet redeemed
	refresh string   // the newest refresh token of the visitor's chain
	access  string   // the newest access token
}

// connect opens the connections; with a world, each has somebody signed in who
// has been to the app once.
func (t *target) connect(ctx context.Context, connections int) error {
	for i := range connections {
		w, err := dial(ctx, t.url)
		if err != nil {
			return err
		}
		v := &visitor{wire: w}
		t.visitors = append(t.visitors, v)
		if len(t.world.People) == 0 {
			continue
		}
		if err := t.signIn(ctx, v, t.world.People[i]); err != nil {
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
	code, err := b.arrive(ctx, t.url+t.authorizePath())
	if err != nil {
		return err
	}
	if v.cookies, err = b.cookies(t.url); err != nil {
		return err
	}
	v.codes = []string{code}
	a, err := v.wire.do(t.redeem(v))
	if err != nil {
		return err
	}
	return v.keepTokens(a)
}

func (t *target) close() {
	for _, v := range t.visitors {
		v.wire.conn.Close()
	}
	t.stop()
}

// authorization is HTTP Basic (RFC 6749 §2.3.1).
func (s secret) authorization() header {
	pair := url.QueryEscape(s.ID) + ":" + url.QueryEscape(s.Value)
	return header{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
}

// keepTokens remembers what a token answer brought.
func (v *visitor) keepTokens(a answer) error {
	v.access, v.refresh = text(a.body, "access_token"), text(a.body, "refresh_token")
	if v.access == "" || v.refresh == "" {
		return errors.New("the answer lacks a token")
	}
	return nil
}
