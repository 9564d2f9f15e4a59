package texts

import (
	"errors"
	"fmt"
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
	} {
		if got := Of(tt.err).String(); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.err, got, tt.want)
		}
	}
	if !Of(nil).Empty() || Of(full{}).Empty() {
		t.Error("Empty is wrong about what says something")
	}
}
