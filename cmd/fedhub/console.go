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

// A console is what a command uses besides its arguments: streams and variables.
// Tests have one of their own.
type console struct {
	in       io.Reader
	out, err io.Writer
	env      map[string]string
	hash     passwords.HashParams // cost of a password check; low in tests
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

// oneLine removes line ends and control characters, so that a value from
// elsewhere cannot forge lines or colours.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text))
}

// quiet logs warnings and errors while a command runs.
func (c *console) quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// operator is the actor that the audit log names for a command.
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

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// table writes rows in columns. Cells come from records, so each is kept to one
// line.
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

// isTerminal tells a terminal from a pipe or a file.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
