package audit

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/fedhub/fedhub/internal/forwarded"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// A bound is what is written of a kind within limits; the rest is counted.
type bound int

const (
	none  bound = iota
	lines       // of the log; rows have a limit elsewhere, or stand for what was made
	rows        // and those too
)

// boundOf says what somebody without an account can cause as often as they like.
func boundOf(kind string) bound {
	switch kind {
	case SignInFailed, // at most what may be tried: 60 of a network and then one a second, five a second of strangers together
		ClientRegistered, ClientUnregistered: // each made or ended a record that is limited itself
		return lines
	case UpstreamError, LinkRefused, PasswordForgot, BrowserAsked, ClientRedeclared:
		return rows
	}
	return none
}

// admit says whether one more of a bounded kind is written.
func (r *Recorder) admit(ctx context.Context, e Event) bool {
	network := ""
	if p := forwarded.Subnet(e.IP); p.IsValid() {
		network = p.String()
	}
	written, before := r.gate.Admit(e.Time, e.Kind, network, e.Client)
	if before > 0 {
		r.rest(ctx, e.Kind, before)
	}
	return written
}

// Tell writes how many events were left out of minutes that are over; all: of
// those under way too.
func (r *Recorder) Tell(ctx context.Context, all bool) {
	for kind, left := range r.gate.Ended(r.Now(), all) {
		r.rest(ctx, kind, left)
	}
}

// rest stands for what was left out of a minute.
func (r *Recorder) rest(ctx context.Context, kind string, left int) {
	more := strconv.Itoa(left)
	e := r.complete(Event{Kind: kind, Why: texts.New("event.more", "more", more), Detail: map[string]string{"more": more}})
	r.write(ctx, slog.LevelInfo, e)
	if boundOf(kind) == rows {
		r.keep(lasting.Of(ctx), e)
	}
}
