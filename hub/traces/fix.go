package traces

import (
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Fix is the page where an administrator can fix what failed.
type Fix struct {
	Label texts.Text
	Path  string
}

// fixes are the pages by failed step; the first one with all its arguments is
// used.
var fixes = []struct {
	what []string
	fix  func(Trace, Step) Fix
}{
	{[]string{Stranger}, func(t Trace, s Step) Fix {
		if strings.HasPrefix(t.Client, "https://") || strings.HasPrefix(t.Client, "http://") {
			return Fix{texts.New("fix.hubs"), "/admin/hubs"}
		}
		return Fix{texts.New("fix.applications"), "/admin/clients"}
	}},
	{[]string{Misplaced}, ofClient("fix.application", "")},
	{[]string{Redirect}, ofClient("fix.redirect-uris", "#redirect_uris")},
	{[]string{audit.LinkRefused}, ofKey("fix.policy")},
	{[]string{audit.UpstreamError, Returned, Left}, ofKey("fix.provider")},
	{[]string{NoRole}, ofClient("fix.roles", "#allowed_roles")},
	{[]string{audit.SignInFailed, Unproved}, func(t Trace, _ Step) Fix {
		if t.User == "" {
			return Fix{}
		}
		return Fix{texts.New("fix.user"), "/admin/users/" + url.PathEscape(t.User)}
	}},
	{[]string{audit.ClientRefused, audit.RequestRefused, audit.CodeMisused, audit.CodeReplayed, Token}, ofClient("fix.application", "")},
	{[]string{ErrorPage}, func(t Trace, s Step) Fix {
		if t.Client == "" || len(t.Steps) == 0 || s.Why.Code != ToldApp {
			return Fix{}
		}
		return ofClient("fix.application", "")(t, s)
	}},
}

func ofClient(code, at string) func(Trace, Step) Fix {
	return func(t Trace, _ Step) Fix {
		if t.Client == "" {
			return Fix{}
		}
		return Fix{texts.New(code), "/admin/clients/" + url.PathEscape(t.Client) + at}
	}
}

func ofKey(code string) func(Trace, Step) Fix {
	return func(t Trace, _ Step) Fix {
		if t.LoginKey == "" {
			return Fix{}
		}
		return Fix{texts.New(code), "/admin/providers/" + url.PathEscape(t.LoginKey)}
	}
}

// Fix returns the page that fixes the failure, if there is one.
func (t Trace) Fix() (Fix, bool) {
	s, failed := t.Mistake()
	if !failed {
		return Fix{}, false
	}
	for _, f := range fixes {
		for _, what := range f.what {
			if s.What != what {
				continue
			}
			if fix := f.fix(t, s); fix.Path != "" {
				return fix, true
			}
		}
	}
	if strings.HasPrefix(s.What, upstreamStep) && t.LoginKey != "" {
		return ofKey("fix.provider")(t, s), true
	}
	return Fix{}, false
}
