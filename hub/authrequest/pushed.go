package authrequest

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Pushed request was checked when it came and waits for its browser (RFC
// 9126). It may be shown until it is answered, then never again: people reload
// pages.
type Pushed struct {
	ID       string    `bson:"id"` // hash of what the client was given
	ClientID string    `bson:"clientId"`
	Request  Request   `bson:"request"`
	Until    time.Time `bson:"until"`   // no flow begins after this
	Expires  time.Time `bson:"expires"` // when no flow that began can still be under way
}

// Key names the record.
func (p Pushed) Key() string { return p.ID }

// ExpiresAt is when nothing needs the record any more.
func (p Pushed) ExpiresAt() time.Time { return p.Expires }

// PushedLife is how long a client may take to send the browser after it.
const PushedLife = 90 * time.Second

// pushedPrefix is the URN of RFC 9126 §2.2.
const pushedPrefix = "urn:ietf:params:oauth:request_uri:"

func pushedURI(s string) bool { return strings.HasPrefix(s, pushedPrefix) }

// Push checks a request that an authenticated client sent ahead, and keeps it
// under the request_uri that is returned. jkt is the thumbprint of the DPoP
// key that the client proved with the request, or "" (RFC 9449 §10.1).
func (k *Service) Push(ctx context.Context, client clients.Client, params oauth.Params, jkt string) (string, error) {
	if params.Has("request_uri") {
		return "", oauth.InvalidRequest("oauth.push.request_uri") // RFC 9126 §2.1
	}
	if id := params["client_id"]; id != "" && id != client.ID {
		return "", oauth.InvalidRequest("oauth.push.client_id")
	}
	params["client_id"] = client.ID
	d := draft{params: params, client: client, pushed: true}
	if err := k.fill(ctx, &d, nil); err != nil {
		return "", err
	}
	if jkt != "" && d.request.JKT != "" && jkt != d.request.JKT {
		return "", oauth.InvalidRequest("oauth.push.dpop_jkt")
	}
	if jkt != "" {
		d.request.JKT = jkt
	}
	uri := pushedPrefix + rand.Text() + rand.Text()
	d.request.Pushed = pushedID(uri)
	now := k.Now()
	return uri, k.Pushed.Insert(ctx, Pushed{
		ID:       d.request.Pushed,
		ClientID: client.ID,
		Request:  d.request,
		Until:    now.Add(PushedLife),
		Expires:  now.Add(PushedLife + Life),
	})
}

func pushedID(uri string) string {
	return secrets.HexHash(uri)
}

var errNotPushed = oauth.InvalidRequestURI("oauth.push.gone")

// find returns a pushed request. Whatever else the browser brings is ignored
// (RFC 9126 §4): it was not checked.
func (k *Service) find(ctx context.Context, client clients.Client, uri string) (Request, error) {
	p, err := k.Pushed.Get(ctx, pushedID(uri))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Request{}, errNotPushed
	case err != nil:
		return Request{}, err
	case p.ClientID != client.ID || !k.Now().Before(p.Until) || !client.AllowsRedirect(p.Request.RedirectURI):
		return Request{}, errNotPushed
	}
	return p.Request, nil
}

// Spend uses up the pushed request that r came from, if it came from one. Of
// two tabs that would answer it one succeeds.
func (k *Service) Spend(ctx context.Context, r Request) error {
	if r.Pushed == "" {
		return nil
	}
	_, err := k.Pushed.Take(ctx, r.Pushed)
	if errors.Is(err, fs.ErrNotExist) {
		return errNotPushed
	}
	return err
}
