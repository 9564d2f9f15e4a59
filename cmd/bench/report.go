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

// A row is one measurement on one database, over all rounds; the floor's
// sample of the same round stands at the same place.
type row struct {
	name, engine    string
	samples, floors []sample
}

// A report is all that a run found.
type report struct {
	options options
	machine string
	engines []string
	others  float64
	rows    []*row
}

// A line is a row as it is shown.
type line struct {
	name, engine       string
	rate, slow, fast   float64 // requests per second: median, least, most
	p50, p99           time.Duration
	server, database   float64 // milliseconds of processor time for 1,000 requests
	rateRatio, cpuRate float64 // to the floor: requests per second; requests per processor second
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
	l.cpuRate = perThousand(r.floors, func(s sample) time.Duration { return s.server }) / l.server
	return l
}

// lines are the floor and then every row.
func (r report) lines() []line {
	var floor row
	for _, one := range r.rows {
		floor.floors = append(floor.floors, one.floors...)
	}
	floor.samples = floor.floors
	all := []line{floor.line("floor", "none")}
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
// processor time in steps that are coarse beside one round.
func perThousand(samples []sample, of func(sample) time.Duration) float64 {
	var time time.Duration
	var requests int
	for _, s := range samples {
		time += of(s)
		requests += s.requests
	}
	return time.Seconds() * 1000 * 1000 / float64(requests)
}

const columns = "| | database | requests/s | least to most | p50 ms | p99 ms | CPU ms per 1,000 | of these mongod | ratio to floor | ratio by CPU |"

// text writes the report as Markdown, which is also good to read in a terminal.
func (r report) text(w io.Writer) {
	fmt.Fprintf(w, "%s; %s\n\n", r.machine, strings.Join(r.engines, ", "))
	fmt.Fprintf(w, "%d connections, %d rounds of %d requests. Other programs took %.0f%% of the processors meanwhile.\n\n",
		r.options.concurrency, r.options.rounds, r.options.requests, r.others*100)
	fmt.Fprintln(w, columns)
	fmt.Fprintln(w, "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, l := range r.lines() {
		fmt.Fprintf(w, "| %s | %s | %.0f | %.0f–%.0f | %s | %s | %.0f | %s | %.2f | %.2f |\n", l.name, l.engine,
			l.rate, l.slow, l.fast, millis(l.p50), millis(l.p99), l.server+l.database, orNone(l.database), l.rateRatio, l.cpuRate)
	}
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }

func orNone(ms float64) string {
	if ms == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", ms)
}

// The table of a document stands between these.
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
		return errors.New(path + " lacks the markers between which the table stands")
	}
	var out bytes.Buffer
	out.Write(before)
	out.WriteString(beginTable + "\n")
	r.text(&out)
	out.WriteString("\n" + endTable)
	out.Write(after)
	return os.WriteFile(path, out.Bytes(), 0o644)
}
