package hubs

import (
	"context"
	"sync"
)

// A worker runs tasks in the background, and can be stopped.
type worker struct {
	ctx  context.Context
	stop context.CancelFunc

	mu     sync.Mutex
	closed bool
	busy   map[string]bool
	wait   sync.WaitGroup
}

func newWorker() *worker {
	ctx, stop := context.WithCancel(context.Background())
	return &worker{ctx: ctx, stop: stop, busy: map[string]bool{}}
}

// start runs the task unless one with the same name is running.
func (w *worker) start(name string, errand func(context.Context)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.busy[name] {
		return
	}
	w.busy[name] = true
	w.wait.Go(func() {
		defer func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			delete(w.busy, name)
		}()
		errand(w.ctx)
	})
}

func (w *worker) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.stop()
	w.wait.Wait()
}
