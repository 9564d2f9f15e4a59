package openid_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// A refresh token that comes without the scope is enough: Keycloak gives one, and
// with the scope takes single sign-on and back-channel logout away.
func TestTheOfflineScopeIsAskedForOnlyWhereTheKeySays(t *testing.T) {
	for _, row := range []struct {
		what            string
		offline         federationtest.Offline
		keeps, asks     bool
		asked, refreshs bool
		refused         string
	}{
		{"looking again at Keycloak", federationtest.OfflineFree, true, false, false, true, ""},
		{"asked for at Keycloak", federationtest.OfflineFree, true, true, true, true, ""},
		{"asked for, and no look again", federationtest.OfflineFree, false, true, false, false, ""},
		{"a provider that does not list it", "", true, true, false, true, ""},
		{"one that gives none without it", federationtest.OfflineNeeded, true, false, false, false, ""},
		{"and with it", federationtest.OfflineNeeded, true, true, true, true, ""},
		{"the client may not have it", federationtest.OfflineNoClient, true, true, true, false, "invalid_scope"},
		{"nor need have it", federationtest.OfflineNoClient, true, false, false, true, ""},
		{"the person may not have it", federationtest.OfflineNoPerson, true, true, true, false, "invalid_scope"},
		{"nor need have it, either", federationtest.OfflineNoPerson, true, false, false, true, ""},
	} {
		w := newWorld(t, func(w *federationtest.World) { w.Key.KeepTokens, w.Key.AskOffline = row.keeps, row.asks })
		w.Set(func(s *federationtest.Script) { s.Offline = row.offline })
		id, err := w.SignIn(federation.AuthRequestOptions{})
		q, _ := w.Seen(federationtest.PathAuthorize)
		if got := slices.Contains(strings.Fields(q.Get("scope")), "offline_access"); got != row.asked {
			t.Errorf("%s: asked for it: %v, want %v", row.what, got, row.asked)
		}
		if got := federationtest.Refused(err); got != row.refused {
			t.Errorf("%s: refused with %q, want %q", row.what, got, row.refused)
		}
		if got := id.Tokens.Refresh != ""; got != row.refreshs {
			t.Errorf("%s: a refresh token: %v, want %v", row.what, got, row.refreshs)
		}
	}
}
