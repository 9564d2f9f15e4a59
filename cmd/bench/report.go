package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// A row is one measurement on one database, over all rounds. The floor's sample of
// the same round has the same index.
type row struct {
	name, engine    string
	samples, floors []sample
}

// A report is the result of a run.
type report struct {
	choices choices
	machine string
	engines []string
	others  float64 // share of processor time that other programs used
	weights weights
	rows    []*row
}

// A line is a row as it is printed.
type line struct {
	name, engine        string
	rate, slow, fast    float64 // requests per second: median, least, most
	p50, p99            time.Duration
	server, database    float64 // milliseconds of processor time for 1,000 requests
	rateRatio, cpuRatio float64 // to the floor: requests per second; requests per second of processor time
}

func (r row) line(name, engine string) line {
	rates := numbers(r.samples, func(s sample) float64 { return s.rate })
	l := line{
		name: name, engine: engine,
		rate: median(rates), slow: slices.Min(rates), fast: slices.Max(rates),
		p50:      time.Duration(median(numbers(r.samples, func(s sample) float64 { return float64(s.p50) }))),
		p99:      time.Duration(median(numbers(r.samples, func(s sample) float64 { return float64(s.p99) }))),
		server:   perThousand(r.samples, func(s sample) time.Duration { return s.server }),
		database: perThousand(r.samples, func(s sample) time.Duration { return s.database }),
	}
	var ratios []float64
	for i, s := range r.samples {
		ratios = append(ratios, s.rate/r.floors[i].rate)
	}
	l.rateRatio = median(ratios)
	l.cpuRatio = perThousand(r.floors, func(s sample) time.Duration { return s.server }) / (l.server + l.database)
	return l
}

// lines are the floor and then every row.
func (r report) lines() []line {
	var floor row
	for _, one := range r.rows {
		floor.floors = append(floor.floors, one.floors...)
	}
	floor.samples = floor.floors
	all := []line{floor.line("floor", "–")}
	for _, one := range r.rows {
		all = append(all, one.line(one.name, one.engine))
	}
	return all
}

func numbers(samples []sample, of func(sample) float64) []float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, of(s))
	}
	return all
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// perThousand is a sum over all rounds and not a median: the system counts
// processor time in steps that are too coarse for one round.
func perThousand(samples []sample, of func(sample) time.Duration) float64 {
	var time time.Duration
	var requests int
	for _, s := range samples {
		time += of(s)
		requests += s.requests
	}
	return time.Seconds() * 1000 * 1000 / float64(requests)
}

// write writes the report as Markdown, which is readable in a terminal too.
func (r report) write(w io.Writer) {
	fmt.Fprintf(w, "On %s; %s.\n", r.machine, strings.Join(r.engines, "; "))
	fmt.Fprintf(w, "%d connections, %d rounds of %d requests. Other programs used %.0f %% of the processor time.\n\n",
		r.choices.concurrency, r.choices.rounds, r.choices.requests, r.others*100)
	fmt.Fprintln(w, "| | on | requests/s | least to most | p50 ms | p99 ms | CPU ms per 1,000 | of these database | requests/s to floor | CPU: floor to this |")
	fmt.Fprintln(w, "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, l := range r.lines() {
		fmt.Fprintf(w, "| %s | %s | %.0f | %.0f–%.0f | %s | %s | %.0f | %s | %.2f | %.2f |\n", l.name, l.engine,
			l.rate, l.slow, l.fast, millis(l.p50), millis(l.p99), l.server+l.database, orNone(l.database), l.rateRatio, l.cpuRatio)
	}
	r.weights.write(w)
}

func (all weights) write(w io.Writer) {
	if len(all.engines) == 0 {
		return
	}
	fmt.Fprintln(w, "\n| on | ready on a new database | ready on an old one | memory when ready | memory after 10 s of rest |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|")
	for _, e := range all.engines {
		fmt.Fprintf(w, "| %s | %s ms | %s ms | %.1f MB | %.1f MB |\n", e.engine, millis(e.fresh), millis(e.existing), megabytes(e.started), megabytes(e.rested))
	}
	fmt.Fprintf(w, "\nThe sign-in page with everything that it loads: %d bytes in %d requests; compressed %d bytes.\n", all.page.plain, all.page.requests, all.page.compressed)
}

func megabytes(bytes int) float64 { return float64(bytes) / 1e6 }

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }

func orNone(ms float64) string {
	if ms == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", ms)
}

// The markers around the table in a document.
const (
	beginTable = "<!-- written by make bench -->\n"
	endTable   = "<!-- until here -->\n"
)

// into writes the report between the markers of a document.
func (r report) into(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(text, []byte(beginTable))
	_, after, ok2 := bytes.Cut(rest, []byte(endTable))
	if !ok || !ok2 {
		return errors.New(path + " has no markers for the table; add them")
	}
	var out bytes.Buffer
	out.Write(before)
	out.WriteString(beginTable + "\n")
	r.write(&out)
	out.WriteString("\n" + endTable)
	out.Write(after)
	return os.WriteFile(path, out.Bytes(), 0o644)
}
