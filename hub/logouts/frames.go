package logouts

import (
	"context"
	"errors"
	"io/fs"
	"net/url"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
)

// A Frame is a page that a browser loads to end an app's own session (OIDC
// Front-Channel Logout §3).
type Frame struct {
	Address string
	Origin  string
}

// Frames returns one for each client of the session that registered one. Call
// it before the session ends.
func (k *Service) Frames(ctx context.Context, s sessions.Session) ([]Frame, error) {
	var frames []Frame
	for _, id := range s.Clients {
		c, err := k.Clients.Get(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if f, ok := k.frame(c, s.SID); ok {
			frames = append(frames, f)
		}
	}
	return frames, nil
}

func (k *Service) frame(c clients.Client, sid string) (Frame, bool) {
	origin := redirecturi.OriginOf(c.FrontchannelLogoutURI)
	if origin == "" {
		return Frame{}, false
	}
	address := c.FrontchannelLogoutURI
	if c.FrontchannelLogoutSession {
		// §3: both or neither, and the address keeps its query.
		address = oauth.WithQuery(address, url.Values{"iss": {k.Tokens.Issuer}, "sid": {sid}})
	}
	return Frame{Address: address, Origin: origin}, true
}
