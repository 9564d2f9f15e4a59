package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// A weight is the start time and memory of an idle hub.
type weight struct {
	engine          string
	fresh, existing time.Duration // from its start until it is ready; medians
	started, rested int           // memory in RAM once ready, and after rest; bytes
}

// rest is how long a hub is idle before its memory is measured again.
const rest = 10 * time.Second

// weigh measures starts and memory on each database.
func (b *bench) weigh(ctx context.Context) (weights, error) {
	var all weights
	if b.startups == 0 {
		return all, nil
	}
	for _, e := range b.engines {
		fmt.Fprintf(b.progress, "starting a hub on %s %d times with a new database and with an existing one\n", e.version, b.startups)
		w := weight{engine: e.name}
		var fresh, existing []time.Duration
		for i := range b.startups {
			for range 2 { // a new database, and then the one of the first start
				p, err := b.hubServer(ctx, e.name+"-start", e.empty(fmt.Sprint("start", i)))
				if err != nil {
					return weights{}, err
				}
				if len(fresh) == len(existing) {
					fresh = append(fresh, p.took)
				} else {
					existing = append(existing, p.took)
				}
				p.stop()
			}
		}
		w.fresh, w.existing = middle(fresh), middle(existing)
		if err := b.rest(ctx, e, &w, &all.page); err != nil {
			return weights{}, err
		}
		all.engines = append(all.engines, w)
	}
	return all, nil
}

// weights are the weights of the hubs and of the sign-in page.
type weights struct {
	engines []weight
	page    page
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// rest measures the memory of a hub after its start and after a time without
// requests, and then loads its sign-in page.
func (b *bench) rest(ctx context.Context, e engine, w *weight, page *page) error {
	p, err := b.hubServer(ctx, e.name+"-start", e.empty("start0"))
	if err != nil {
		return err
	}
	defer p.stop()
	if w.started, err = resident(p.cmd.Process.Pid); err != nil {
		return err
	}
	select {
	case <-time.After(rest):
	case <-ctx.Done():
		return ctx.Err()
	}
	if w.rested, err = resident(p.cmd.Process.Pid); err != nil {
		return err
	}
	return page.load(ctx, p.url)
}

// A page is the sign-in page with everything that it loads.
type page struct {
	requests   int
	plain      int // bytes
	compressed int // with gzip, as a reverse proxy sends it
}

func (p *page) load(ctx context.Context, url string) error {
	w, err := dial(ctx, url)
	if err != nil {
		return err
	}
	defer w.conn.Close()
	*p = page{}
	paths := []string{"/signin"}
	for i := 0; i < len(paths); i++ {
		a, err := w.do(get(url, paths[i]))
		if err != nil {
			return err
		}
		if a.status != 200 {
			return fmt.Errorf("%s returns %d", paths[i], a.status)
		}
		p.requests++
		p.plain += len(a.body)
		p.compressed += zipped(a.body)
		if i == 0 {
			paths = append(paths, assets(a.body)...)
		}
	}
	return nil
}

// assets are the files of the hub that a page loads.
func assets(body []byte) []string {
	tree, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	var found []string
	for n := range tree.Descendants() {
		for _, a := range n.Attr {
			address, _, _ := strings.Cut(a.Val, "#")
			if strings.HasPrefix(address, "/static/") && filepath.Ext(address) != "" && !slices.Contains(found, address) {
				found = append(found, address)
			}
		}
	}
	return found
}

func zipped(body []byte) int {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(body) //nolint:errcheck // memory does not fail
	w.Close()     //nolint:errcheck // likewise
	return out.Len()
}
