package revocation_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// sessionStarts are the places in the code that start a session, with the sign-in
// method of each.
var sessionStarts = map[string]string{
	"hub/web/signin/signin.go":       "password",
	"hub/web/signin/invite.go":       "password",
	"hub/web/signin/setup.go":        "password",
	"hub/web/signin/upstream.go":     "a login key",
	"hub/web/second/second.go":       "password and a code",
	"hub/web/signin/passkey.go":      "passkey",
	"hub/web/emailcode/emailcode.go": "code by email",
	"hub/web/signin/prove.go":        "as the session that it goes on from",
	"hub/web/account/password.go":    "as the session that it goes on from",
}

// starts finds places that start a session without a row above, such as a new
// factor.
func starts(t *testing.T) {
	t.Helper()
	const root = "../../../.."
	err := fs.WalkDir(os.DirFS(root), "hub", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "hub/sessions/") {
			return err
		}
		text, err := os.ReadFile(path.Join(root, name))
		if err != nil {
			return err
		}
		if strings.Contains(string(text), "sessions.Start{") && sessionStarts[name] == "" {
			t.Errorf("%s begins a session: say in sessionStarts which way in that is, and in ways what ends it", name)
		}
		return nil
	})
	must(t, err)
}
