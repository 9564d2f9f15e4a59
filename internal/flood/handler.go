package flood

import (
	"context"
	"log/slog"
	"time"
)

// A Handler passes on warnings and errors as far as its Gate allows. Kinds are
// distinguished by message and route, which are constants of the program. Lower
// levels pass unchanged.
type Handler struct {
	slog.Handler
	state *state
	kind  func(slog.Record) string
}

type state struct {
	gate Gate[kind]
	now  func() time.Time
	out  slog.Handler // without a logger's own attributes
}

type kind struct {
	level   slog.Level
	message string
	route   string
}

// NewHandler wraps a handler.
func NewHandler(out slog.Handler, now func() time.Time) *Handler {
	return &Handler{Handler: out, state: &state{now: now, out: out}}
}

// OneKind makes all lines one kind, for code with variable messages.
func (h *Handler) OneKind(message string) *Handler {
	h.kind = func(slog.Record) string { return message }
	return h
}

// Handle writes the line, unless its kind has reached the limit.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return h.Handler.Handle(ctx, r)
	}
	k := h.kindOf(r)
	written, before := h.state.gate.Admit(h.state.now(), k)
	if before > 0 {
		if err := h.state.tell(ctx, k, before); err != nil {
			return err
		}
	}
	if !written {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h *Handler) kindOf(r slog.Record) kind {
	k := kind{level: r.Level, message: r.Message}
	if h.kind != nil {
		k.message = h.kind(r)
		return k
	}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "route" {
			k.route = a.Value.String()
		}
		return true
	})
	return k
}

// Tell logs how many lines were left out of past minutes; all: of the current
// ones too.
func (h *Handler) Tell(ctx context.Context, all bool) {
	for k, left := range h.state.gate.Ended(h.state.now(), all) {
		_ = h.state.tell(ctx, k, left) // an error of the log itself cannot be logged
	}
}

func (s *state) tell(ctx context.Context, k kind, left int) error {
	r := slog.NewRecord(s.now(), k.level, k.message, 0)
	if k.route != "" {
		r.AddAttrs(slog.String("route", k.route))
	}
	r.AddAttrs(slog.Int("more", left))
	return s.out.Handle(ctx, r)
}

// WithAttrs returns a Handler with the same Gate.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{h.Handler.WithAttrs(attrs), h.state, h.kind}
}

// WithGroup returns a Handler with the same Gate.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{h.Handler.WithGroup(name), h.state, h.kind}
}
