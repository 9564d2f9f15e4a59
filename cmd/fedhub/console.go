package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

// A console is everything a command has to do with besides its arguments, so
// that a test can be one.
type console struct {
	in       io.Reader
	out, err io.Writer
	env      map[string]string
	hash     passwords.HashParams // what a password may cost; the tests cannot wait
}

// fail says what went wrong and returns the exit code.
func (c *console) fail(err error) int {
	code := 1
	var m mistake
	if errors.As(err, &m) {
		code = 2
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	fmt.Fprintln(c.err, "fedhub:", oneLine(err.Error()))
	return code
}

// oneLine keeps what came from elsewhere from writing lines, or colours, of
// its own.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text))
}

// quiet logs what an operator must see while a command runs.
func (c *console) quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// operator is whom the audit log names for what is done here.
func (c *console) operator() audit.Actor {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return audit.Named("cli:" + u.Username)
	}
	return audit.Named("cli:uid-" + strconv.Itoa(os.Getuid()))
}

// format is the flag of commands that print something.
type format struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// print writes value as JSON, or what text writes.
func (f format) print(c *console, value any, text func(w io.Writer)) error {
	if !f.JSON {
		text(c.out)
		return nil
	}
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false) // addresses stay readable
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// table writes rows in columns. Cells come from records, so they are kept from
// writing anything but themselves.
func table(w io.Writer, head []string, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = oneLine(cell)
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	t.Flush()
}

// isTerminal tells a person at a keyboard or screen from a pipe.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
