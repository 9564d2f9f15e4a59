package openid_test

import (
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/federationtest"
	"github.com/fedhub/fedhub/federation/openid"
)

func TestOpenID(t *testing.T) { federationtest.Run(t, federation.KindOpenID, openid.New) }
