package peer_test

import (
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/federationtest"
	"github.com/fedhub/fedhub/federation/peer"
)

func TestPeer(t *testing.T) { federationtest.Run(t, federation.KindPeer, peer.New) }
