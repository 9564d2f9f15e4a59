package mongodb_test

import (
	"context"
	"io"
	"testing"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
	"github.com/fedhub/fedhub/internal/testkit/storetest"
)

func TestNothingAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	set := mongodtest.Start(t, 1)
	var stop context.CancelFunc
	dead := -1
	storetest.Kill(t, storetest.Victim{
		Start: func(t *testing.T, round int) io.Reader {
			if dead >= 0 {
				set.Restart(t, dead)
			}
			d := open(t, set.URI())
			said, say := io.Pipe()
			var ctx context.Context
			ctx, stop = context.WithCancel(t.Context())
			go func() { say.CloseWithError(storetest.Write(ctx, d, say, round)) }()
			return ended{said}
		},
		Kill: func(t *testing.T) {
			dead = set.KillPrimary(t)
			stop() // the test does not wait for a killed server
		},
		Open: func(t *testing.T) store.Backend {
			set.Restart(t, dead)
			dead = -1
			return open(t, set.URI())
		},
	})
}

// ended turns the writers' error, a killed server, into the end of their output.
type ended struct{ io.Reader }

func (e ended) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}
