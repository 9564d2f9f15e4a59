package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/templates/locales"
)

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// A connector that reports no steps counts as one.
func TestATestKeepsEveryStep(t *testing.T) {
	var none Trial
	if err := none.Watch(t.Context(), "authorize", noon, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if len(none.Steps) != 1 || none.Steps[0].Name != "authorize" || !none.Steps[0].Why.IsZero() {
		t.Errorf("without steps of its own: got %+v", none.Steps)
	}
	broken := federation.NewFault(federation.Untrusted, "The company", fmt.Errorf("no"))
	if err := none.Watch(t.Context(), "answer", noon, func(context.Context) error { return broken }); err != broken { //nolint:errorlint // the same
		t.Errorf("got %v", err)
	}
	if len(none.Steps) != 2 || none.Steps[1].Name != "answer" || none.Steps[1].Why.String() == "" {
		t.Errorf("one that failed: got %+v", none.Steps)
	}
	var told Trial
	step := func(ctx context.Context, name string, err error) {
		federation.Observe(ctx, name, noon, func(func(string, string)) error { return err }) //nolint:errcheck // Observe records it
	}
	told.Watch(t.Context(), "answer", noon, func(ctx context.Context) error { step(ctx, "token", nil); step(ctx, "id_token", broken); return broken }) //nolint:errcheck // the same
	if len(told.Steps) != 2 || told.Steps[0].Name != "token" || told.Steps[1].Name != "id_token" || told.Steps[1].Why.String() == "" {
		t.Errorf("with steps of its own: got %+v", told.Steps)
	}
	told.Watch(t.Context(), "answer", noon, func(ctx context.Context) error { step(ctx, "token", nil); return broken }) //nolint:errcheck // the same
	if len(told.Steps) != 4 || told.Steps[3].Name != "answer" || told.Steps[3].Why.String() == "" {
		t.Errorf("what failed between its steps: got %+v", told.Steps)
	}
}

func TestAFailedTestNamesTheSettingToChange(t *testing.T) {
	openid, site, bare := federation.LoginKey{Kind: federation.KindOpenID}, federation.LoginKey{Kind: federation.KindFrappe}, federation.LoginKey{Kind: federation.KindOAuth2}
	refusal := func(code string) error { return federation.NewRefusal("The company", code, "") }
	fault := func(kind federation.FaultKind) error {
		return federation.NewFault(kind, "The company", errors.New("no"))
	}
	for _, row := range []struct {
		key            federation.LoginKey
		step           string
		err            error
		words, setting string
	}{
		{openid, "token", refusal("invalid_client"), "client ID and secret", "client_secret"},
		{federation.LoginKey{Kind: federation.KindPeer}, "token", refusal("invalid_client"), "Connected hubs", ""},
		{openid, "authorize", refusal("invalid_scope"), "Scopes", "scopes"},
		{federation.LoginKey{Kind: federation.KindOpenID, KeepTokens: true, AskOffline: true}, "token", refusal("not_allowed"), "offline_access", "ask_offline"},
		{openid, "authorize", refusal("access_denied"), "You denied", ""},
		{openid, "token", refusal("invalid_grant"), "callback URL", ""},
		{openid, "authorize", refusal("invalid_request"), "registered there", "params"},
		{openid, "authorize", refusal("server_error"), "server error", ""},
		{openid, "discovery", fault(federation.Unreachable), "Base URL", "base_url"},
		{bare, "discovery", fault(federation.Unreachable), "Base URL", "endpoints.authorize"},
		{openid, "token", fault(federation.Unreachable), "in time", ""},
		{openid, "discovery", fault(federation.Misconfigured), "issuer", "hosts"},
		{site, "discovery", fault(federation.Misconfigured), "issuer of the site", "options.issuer"},
		{openid, "id_token", fault(federation.Untrusted), "do not enable it", "client_id"},
		{site, "id_token", fault(federation.Untrusted), "App Client Secret", "client_secret"},
		{openid, "token", fault(federation.Misconfigured), "A setting is wrong", ""},
		{openid, "discovery", fault(federation.Untrusted), "all endpoints", "base_url"},
		{openid, "id_token", fault(federation.Unexpected), "another sign-in", ""},
		{site, "id_token", fault(federation.Circular), "loop", ""},
		{openid, "answer", fault("strange"), "The test failed", ""},
		{openid, "userinfo", fault(federation.Untrusted), "all endpoints", "base_url"},
		{openid, "answer", fault(federation.Unexpected), "another sign-in", ""},
		{openid, "answer", fault(federation.Circular), "loop", ""},
		{openid, "answer", errors.New("the disk is full"), "This hub had an internal error", ""},
	} {
		got := Failed(row.key, Step{Name: row.step}, row.err)
		if got.Step != row.step || got.Setting != row.setting || !strings.Contains(locales.Of(got.Why).English(), row.words) {
			t.Errorf("%s %s %v: got %+v, want %q about %q", row.key.Kind, row.step, row.err, got, row.words, row.setting)
		}
	}
}
