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

// A Pushed request was checked when it was sent and waits for its browser (RFC
// 9126). It can be used until it is answered, because users reload pages, and
// then never again.
type Pushed struct {
	ID       string    `bson:"id"` // hash of the request_uri
	ClientID string    `bson:"clientId"`
	Request  Request   `bson:"request"`
	Until    time.Time `bson:"until"`   // no flow may begin after this
	Expires  time.Time `bson:"expires"` // when every flow from it has ended
}

// Key names the record.
func (p Pushed) Key() string { return p.ID }

// ExpiresAt is when the record is no longer needed.
func (p Pushed) ExpiresAt() time.Time { return p.Expires }

// PushedLife is how long the request_uri is valid.
const PushedLife = 90 * time.Second

// pushedPrefix is the URN of RFC 9126 §2.2.
const pushedPrefix = "urn:ietf:params:oauth:request_uri:"

func pushedURI(s string) bool { return strings.HasPrefix(s, pushedPrefix) }

// Push checks a request that an authenticated client pushed, stores it and
// returns its request_uri. jkt is the thumbprint of the DPoP key that the
// client proved, or "" (RFC 9449 §10.1).
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

// find returns a pushed request. Other parameters from the browser are ignored
// (RFC 9126 §4), because they were not checked.
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

// Spend uses up the pushed request that r came from, if any. If two tabs would
// answer it, one succeeds.
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
