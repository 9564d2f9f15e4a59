package auditlog

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/audit"
	parties "github.com/fedhub/fedhub/hub/operator/auditlog"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Every kind has its sentence in the catalogue, which speaks of nothing but what a
// row gives to it.
func TestEveryKindHasASentence(t *testing.T) {
	ids := map[string]bool{}
	for _, kind := range audit.All {
		id := sentences[kind]
		if want := "auditlog." + strings.ReplaceAll(kind, ".", "-"); id != want {
			t.Errorf("%s has the sentence %q, want %q", kind, id, want)
		}
		ids[id] = true
		if id := own[kind]; id != "" {
			ids[id] = true
		}
	}
	if len(sentences) != len(audit.All) {
		t.Errorf("%d sentences for %d kinds", len(sentences), len(audit.All))
	}
	for id := range ids {
		if parts, err := locales.English().Slots(id, "who", "whom", "app", "provider", "group", "what"); err != nil || len(parts) == 0 {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, topic := range audit.Topics {
		if _, err := locales.English().Text(topics[topic.Name]); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatARowSays(t *testing.T) {
	ada := parties.Party{Kind: parties.User, ID: "1", Name: "Ada"}
	bo := parties.Party{Kind: parties.User, ID: "2", Name: "Bo"}
	wiki := parties.Party{Kind: parties.Application, ID: "w", Name: "Wiki"}
	for name, tt := range map[string]struct {
		e     audit.Event
		p     parties.Parties
		want  string
		about string
	}{
		"on others":               {audit.Event{Kind: audit.UserDisabled}, parties.Parties{Who: ada, Whom: bo}, "Ada disabled Bo.", ""},
		"on oneself":              {audit.Event{Kind: audit.UserChanged}, parties.Parties{Who: ada, Whom: ada}, "Ada changed their profile.", ""},
		"on nobody":               {audit.Event{Kind: audit.UserChanged}, parties.Parties{Who: ada}, "Ada changed their profile.", ""},
		"what the sentence omits": {audit.Event{Kind: audit.SignInOK}, parties.Parties{Who: ada, App: wiki, Provider: parties.Party{Kind: parties.Provider, ID: "g", Name: "Google"}}, "Ada signed in.", "application: Wiki; provider: Google"},
		"a failed sign-in":        {audit.Event{Kind: audit.SignInFailed}, parties.Parties{Whom: bo}, "A sign-in failed.", "user: Bo"},
		"a deleted user":          {audit.Event{Kind: audit.UserRemoved}, parties.Parties{Who: ada, Whom: parties.Party{Kind: parties.User, ID: "9", Gone: true}}, "Ada deleted a deleted user (9).", ""},
		"by a deleted user":       {audit.Event{Kind: audit.SignOut}, parties.Parties{Who: parties.Party{Kind: parties.User, ID: "9", Gone: true}}, "A deleted user (9) signed out.", ""},
		"by the schedule":         {audit.Event{Kind: audit.SigningRotated}, parties.Parties{Who: parties.Party{Kind: parties.Hub}, Whom: parties.Party{Kind: parties.Literal, Name: "ES256"}}, "This hub rotated the signing keys.", "ES256"},
		"a record":                {audit.Event{Kind: audit.RecordDeleted}, parties.Parties{Who: parties.Party{Kind: parties.Literal, Name: "cli:root"}, Whom: parties.Party{Kind: parties.Literal, Name: "f1"}}, "cli:root deleted the record f1 from the database.", ""},
		"a group":                 {audit.Event{Kind: audit.MemberAdded}, parties.Parties{Who: ada, Whom: bo, Group: parties.Party{Kind: parties.Group, Name: "Staff"}}, "Ada added Bo to the group Staff.", ""},
		"of a newer hub":          {audit.Event{Kind: "moon.landed"}, parties.Parties{Who: ada}, "moon.landed", "by Ada"},
	} {
		row := rowOf(tt.e, tt.p)
		if got := said(t, row.Sentence); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
		var about []string
		for _, a := range row.About {
			about = append(about, said(t, a))
		}
		if got := strings.Join(about, "; "); got != tt.about {
			t.Errorf("%s: besides got %q, want %q", name, got, tt.about)
		}
	}
}

// said is a sentence as a page shows it.
func said(t *testing.T, n templates.Naming) string {
	t.Helper()
	text, err := n.English()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
