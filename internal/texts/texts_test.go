package texts

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

func TestAnArgumentIsKeptAsText(t *testing.T) {
	noon := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	got := New("x", "n", 12, "list", []string{"a", "b"}, "day", noon, "err", errors.New("no\x00 way\u202e"), "long", strings.Repeat("ä", 400)).Args
	for name, want := range map[string]string{"n": "12", "list": "a, b", "day": "2026-02-03", "err": "no way", "long": strings.Repeat("ä", 250) + "…"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

type full struct{}

func (full) Error() string  { return "the disk is full" }
func (full) Sentence() Text { return New("disk.full") }

func TestAnErrorStandsForTheSentenceInItsChain(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{fmt.Errorf("save: %w", full{}), "disk.full"},
		{errors.New("boom"), "error[cause:boom]"},
		{fmt.Errorf("save: %w", Failure("no room", "disk.full", "left", 2)), "disk.full[left:2]"},
	} {
		if got := Of(tt.err).String(); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.err, got, tt.want)
		}
	}
	if !Of(nil).IsZero() || Of(full{}).IsZero() {
		t.Error("IsZero is wrong about what says something")
	}
}

func TestASentenceOfAnEarlierProgramIsShownAsItIs(t *testing.T) {
	words := func(code string, args map[string]string) string { return code + " in words, " + args["x"] }
	for _, tt := range []struct {
		text  Text
		words Words
		kept  string
		want  string
	}{
		{New("a", "x", 1), words, "", "a in words, 1"},
		{New("a"), words, "It was so.", "It was so."},
		{Text{}, words, "It was so.", "It was so."},
		{Text{}, words, "", ""},
		{New("a"), nil, "", "a"},
	} {
		if got := tt.text.In(tt.words, tt.kept); got != tt.want {
			t.Errorf("%v kept as %q: got %q, want %q", tt.text, tt.kept, got, tt.want)
		}
	}
}

func TestChangingArgumentsLeavesTheTextItself(t *testing.T) {
	before := New("a", "x", "secret")
	after := before.With(func(string, string) string { return "hidden" })
	if before.Args["x"] != "secret" || after.String() != "a[x:hidden]" {
		t.Errorf("got %v from %v", after, before)
	}
}

// An argument may be a text with arguments itself, at any depth.
func TestAnArgumentMayBeASentence(t *testing.T) {
	inner := New("inner", "path", "/x", "why", full{})
	want := map[string]string{"@cause": "inner", "@cause/path": "/x", "@cause/@why": "disk.full"}
	for what, value := range map[string]any{"a text": inner, "an error": fmt.Errorf("save: %w", Failure("no", "inner", "path", "/x", "why", full{}))} {
		if got := New("outer", "cause", value).Args; !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	if got := New("outer", "cause", Text{}).Args["cause"]; got != "" {
		t.Errorf("nothing to say is %q", got)
	}
}
