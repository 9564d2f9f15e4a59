package audit

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

func searched(t *testing.T) (*Recorder, *time.Time) {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "audit.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "audit", Index: []string{"ref", "actor", "target", "kind", "client", "ip", "loginKey"}}}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	return &Recorder{Set: store.NewCollection[Event](db, "audit", func() time.Time { return now }), Log: slog.New(slog.DiscardHandler), Now: time.Now}, &now
}

func TestWhatASearchFinds(t *testing.T) {
	r, _ := searched(t)
	before := time.Now()
	for _, e := range []Event{
		{Kind: SignInOK, Actor: "ada", Client: "wiki", IP: "203.0.113.1", Ref: "A"},
		{Kind: ClientChanged, Actor: "root", Client: "wiki"},
		{Kind: UserDisabled, Actor: "root", Target: "ada"},
		{Kind: SignInFailed, Target: "ada", IP: "203.0.113.1"},
		{Kind: SignInOK, Actor: "bob", LoginKey: "google"},
	} {
		r.Record(t.Context(), e)
	}
	for what, row := range map[string]struct {
		f    Filter
		want []string // kinds, the newest first
	}{
		"everything":           {Filter{}, []string{SignInOK, SignInFailed, UserDisabled, ClientChanged, SignInOK}},
		"who":                  {Filter{Actor: "root"}, []string{UserDisabled, ClientChanged}},
		"whom":                 {Filter{Target: "ada"}, []string{SignInFailed, UserDisabled}},
		"who and whom":         {Filter{Actor: "root", Target: "ada"}, []string{UserDisabled}},
		"an app":               {Filter{Client: "wiki"}, []string{ClientChanged, SignInOK}},
		"an app and a topic":   {Filter{Client: "wiki", What: "signin"}, []string{SignInOK}},
		"a topic":              {Filter{What: "signin"}, []string{SignInOK, SignInFailed, SignInOK}},
		"an address":           {Filter{IP: "203.0.113.1"}, []string{SignInFailed, SignInOK}},
		"a reference":          {Filter{Ref: "A"}, []string{SignInOK}},
		"a provider":           {Filter{LoginKey: "google"}, []string{SignInOK}},
		"from now on":          {Filter{From: time.Now().Add(time.Minute)}, nil},
		"until before it":      {Filter{Until: before.Add(-time.Second)}, nil},
		"until now":            {Filter{Until: time.Now().Add(time.Second), Actor: "bob"}, []string{SignInOK}},
		"nobody":               {Filter{Actor: "eve"}, nil},
		"a kind":               {Filter{What: UserDisabled}, []string{UserDisabled}},
		"a topic that is none": {Filter{What: "weather"}, nil},
	} {
		found, next, err := r.Search(t.Context(), row.f, "", 10)
		var got []string
		for _, e := range found {
			got = append(got, e.Kind)
		}
		if err != nil || next != "" || !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, next %q, %v", what, got, next, err)
		}
	}
}

// Every event is found once, page by page, also where pages are mostly read in vain.
func TestASearchGoesOnPageByPage(t *testing.T) {
	r, _ := searched(t)
	for n := range 700 {
		e := Event{Kind: SettingsSaved, Actor: "root", LoginKey: "other"}
		if n%100 == 0 {
			e.LoginKey = "google"
		}
		e.Detail = map[string]string{"n": strconv.Itoa(n)}
		r.Record(t.Context(), e)
	}
	for _, f := range []Filter{{LoginKey: "google"}, {LoginKey: "google", What: "hub"}, {What: SettingsSaved, LoginKey: "google"}, {LoginKey: "google", Actor: "root"}} {
		var all []string
		pages := 0
		for next, first := "", true; first || next != ""; first = false {
			found, further, err := r.Search(t.Context(), f, next, 3)
			if err != nil || pages > 20 {
				t.Fatalf("page %d: %v", pages, err)
			}
			for _, e := range found {
				all = append(all, e.Detail["n"])
			}
			next = further
			pages++
		}
		if want := []string{"600", "500", "400", "300", "200", "100", "0"}; !slices.Equal(all, want) {
			t.Errorf("%+v: got %q in %d pages", f, all, pages)
		}
	}
}

func TestEveryKindHasATopic(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "kinds.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			kind, err := strconv.Unquote(fmt.Sprint(s.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value))
			if err != nil {
				t.Fatal(err)
			}
			if n++; !slices.Contains(All, kind) || TopicOf(kind) == "" {
				t.Errorf("%s is not in All, or Topics lacks its first word", kind)
			}
		}
	}
	if n < 60 || n != len(All) {
		t.Errorf("%d kinds, %d in All", n, len(All))
	}
}
