package openid_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// Without an ID token in the refresh response and without a userinfo endpoint,
// the hub cannot check that the account still exists.
func TestARefreshThatCannotBeCheckedIsRefused(t *testing.T) {
	bare := func(answer map[string]any) { delete(answer, "id_token") }
	for name, row := range map[string]struct {
		script func(*federationtest.Script)
		change func(*federation.Tokens)
		want   federation.FaultKind
	}{
		"as it is": {func(s *federationtest.Script) { s.Refresh = bare }, nil, ""},
		"nobody to ask": {func(s *federationtest.Script) {
			s.Refresh = bare
			s.Discovery = func(doc map[string]any) { delete(doc, "userinfo_endpoint") }
		}, nil, federation.Misconfigured},
		"nothing is kept of the sign-in":  {func(s *federationtest.Script) { s.Refresh = bare }, func(t *federation.Tokens) { t.ID = "" }, federation.Misconfigured},
		"somebody else is kept":           {func(s *federationtest.Script) { s.Refresh = bare }, func(t *federation.Tokens) { t.Subject = "eve" }, federation.Misconfigured},
		"an id_token longer than any":     {func(s *federationtest.Script) { s.Refresh = with("id_token", strings.Repeat("x", 1<<19)) }, nil, federation.Untrusted},
		"a refresh token longer than any": {func(s *federationtest.Script) { s.Refresh = with("refresh_token", strings.Repeat("x", 1<<19)) }, nil, federation.Untrusted},
	} {
		w := newWorld(t, func(w *federationtest.World) { w.Key.KeepTokens = true })
		tokens := w.MustSignIn(federation.AuthRequestOptions{}).Tokens
		w.Set(row.script)
		if strings.Contains(name, "nobody to ask") {
			w.Clock.Move(25 * 60 * 60 * 1e9) // the cached metadata is out of date
		}
		if row.change != nil {
			row.change(&tokens)
		}
		id, err := w.Refresh(tokens)
		if federationtest.Fault(err) != row.want || (err == nil) != (row.want == "") || err != nil && id.Subject != "" {
			t.Errorf("%s: got %+v and %v, want %q", name, id, err, row.want)
		}
	}
}

func with(name string, value any) func(map[string]any) {
	return func(m map[string]any) { m[name] = value }
}

// OpenID Connect Core §2: sub is ASCII. Two subjects that look alike are two
// accounts, but an administrator cannot tell them apart.
func TestASubjectIsPrintableASCII(t *testing.T) {
	for sub, good := range map[string]bool{"ada": true, "a|d-a:1@x/~": true, "adа": false, "ad\u00e4": false, "a\nb": false, "a\x7f": false} {
		w := newWorld(t, nil)
		w.Set(func(s *federationtest.Script) {
			s.IDToken, s.Userinfo = with("sub", sub), with("sub", sub)
		})
		id, err := w.SignIn(federation.AuthRequestOptions{})
		if good && (err != nil || id.Subject != sub) || !good && federationtest.Fault(err) != federation.Untrusted {
			t.Errorf("%q: got %q and %v", sub, id.Subject, err)
		}
	}
}

// Discovery §3: endpoints are URLs that carry no name and no fragment.
func TestAnEndpointHasNoNameAndNoFragment(t *testing.T) {
	for name, row := range map[string]struct {
		member, suffix, prefix string
	}{
		"a fragment":            {"token_endpoint", "#x", "https://"},
		"a name":                {"token_endpoint", "", "https://user@"},
		"a name and a word":     {"authorization_endpoint", "", "https://user:word@"},
		"a fragment of the set": {"jwks_uri", "#x", "https://"},
		"plain http":            {"token_endpoint", "", "http://"},
	} {
		w := newWorld(t, nil)
		w.Set(func(s *federationtest.Script) {
			s.Discovery = func(doc map[string]any) {
				doc[row.member] = strings.Replace(fmt.Sprint(doc[row.member]), "https://", row.prefix, 1) + row.suffix
			}
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); federationtest.Fault(err) != federation.Misconfigured {
			t.Errorf("%s: got %v, want misconfigured", name, err)
		}
	}
}
