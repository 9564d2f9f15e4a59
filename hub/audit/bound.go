package audit

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/fedhub/fedhub/internal/forwarded"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// A bound says how far events of a kind are limited; the rest is counted.
type bound int

const (
	none  bound = iota
	lines       // limit log lines; rows are limited elsewhere, or belong to a stored record
	rows        // limit rows too
)

// boundOf returns the limit for events that can be caused without an account.
func boundOf(kind string) bound {
	switch kind {
	case SignInFailed, // limited by the attempts: 60 per network and then one a second, five a second for all networks together
		ClientRegistered, ClientUnregistered: // each created or deleted a record, and those are limited
		return lines
	case UpstreamError, LinkRefused, PasswordForgot, BrowserAsked, SignInMailed, UserSignUpAsked, ClientRedeclared:
		return rows
	}
	return none
}

// admit reports whether one more event of a bounded kind is written.
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

// Tell logs how many events were left out in past minutes; all: in the current
// one too.
func (r *Recorder) Tell(ctx context.Context, all bool) {
	for kind, left := range r.gate.Ended(r.Now(), all) {
		r.rest(ctx, kind, left)
	}
}

// rest records the number of events left out of a minute.
func (r *Recorder) rest(ctx context.Context, kind string, left int) {
	more := strconv.Itoa(left)
	e := r.complete(Event{Kind: kind, Why: texts.New("event.more", "more", more), Detail: map[string]string{"more": more}})
	r.write(ctx, slog.LevelInfo, e)
	if boundOf(kind) == rows {
		r.keep(lasting.Of(ctx), e)
	}
}
