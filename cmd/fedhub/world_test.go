package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit"
)

// Tests that need another process (for signals or races) run this test binary again
// as the program.
func TestMain(m *testing.M) {
	if os.Getenv("FEDHUB_TEST_PROGRAM") != "" {
		os.Exit(start())
	}
	os.Exit(m.Run())
}

func cheap() passwords.HashParams { return passwords.HashParams{Memory: 64, Time: 1, Threads: 1} }

// A shell runs commands with a folder and variables, and keeps their output.
type shell struct {
	*testing.T
	env   map[string]string
	stdin string

	out, err string
	code     int
}

func newShell(t *testing.T) *shell {
	t.Helper()
	return &shell{T: t, env: map[string]string{"FEDHUB_DATABASE": filepath.Join(t.TempDir(), "data", "hub.db")}}
}

// run runs a command.
func (s *shell) run(args ...string) *shell {
	s.Helper()
	return s.runIn(s.Context(), args...)
}

func (s *shell) runIn(ctx context.Context, args ...string) *shell {
	s.Helper()
	var out, err bytes.Buffer
	s.code = run(ctx, args, &console{in: strings.NewReader(s.stdin), out: &out, err: &err, env: maps.Clone(s.env), hash: cheap()})
	s.out, s.err = out.String(), err.String()
	return s
}

// must runs a command that must succeed.
func (s *shell) must(args ...string) *shell {
	s.Helper()
	if s.run(args...); s.code != 0 {
		s.Fatalf("fedhub %s: exit code %d, %s", strings.Join(args, " "), s.code, s.err)
	}
	return s
}

// json decodes the output of the last command.
func (s *shell) json(into any) {
	s.Helper()
	if err := json.Unmarshal([]byte(s.out), into); err != nil {
		s.Fatalf("not JSON (%v): %s", err, s.out)
	}
}

// fails checks the exit code, and that the error is one line with these texts.
func (s *shell) fails(code int, says ...string) {
	s.Helper()
	if s.code != code {
		s.Errorf("exit code: got %d, want %d (%s)", s.code, code, s.err)
	}
	if strings.Count(s.err, "\n") != 1 || !strings.HasPrefix(s.err, "fedhub: ") {
		s.Errorf("not one line: %q", s.err)
	}
	for _, want := range says {
		if !strings.Contains(s.err, want) {
			s.Errorf("it does not say %q: %s", want, s.err)
		}
	}
}

// program is a command in another process.
func (s *shell) program(args ...string) *exec.Cmd {
	s.Helper()
	self, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	cmd := exec.CommandContext(s.Context(), self, args...)
	cmd.Env = []string{"FEDHUB_TEST_PROGRAM=1", "HOME=" + s.TempDir(), "TMPDIR=" + s.TempDir()}
	for name, value := range s.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// A served hub runs "fedhub serve" in this process until the test ends.
type served struct {
	*shell
	URL  string
	out  *lines
	log  *lines
	stop context.CancelFunc
	done chan int
}

func serve(t *testing.T) *served {
	t.Helper()
	return serveWith(t, "http", nil)
}

// serveWith serves with a scheme and more variables.
func serveWith(t *testing.T, scheme string, more map[string]string) *served {
	t.Helper()
	s := &served{shell: newShell(t), out: newLines(), log: newLines(), done: make(chan int, 1)}
	s.URL = fmt.Sprintf("%s://localhost:%d", scheme, testkit.Port(t))
	maps.Copy(s.env, more)
	s.env["FEDHUB_URL"] = s.URL
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	c := &console{in: strings.NewReader(""), out: s.out, err: s.log, env: maps.Clone(s.env), hash: cheap()}
	go func() {
		s.done <- run(ctx, []string{"serve"}, c)
		s.out.close()
	}()
	t.Cleanup(func() {
		stop()
		<-s.out.closed
	})
	if !s.out.await("ready at " + s.URL) {
		t.Fatalf("it does not serve: %s %s", s.out, s.log)
	}
	return s
}

// lines is an output on which a test can wait.
type lines struct {
	mu     sync.Mutex
	text   bytes.Buffer
	more   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newLines() *lines { return &lines{more: make(chan struct{}, 1), closed: make(chan struct{})} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) close() { l.once.Do(func() { close(l.closed) }) }

// await waits for a text. It is false if the output ends without it.
func (l *lines) await(text string) bool {
	for !strings.Contains(l.String(), text) {
		select {
		case <-l.more:
		case <-l.closed:
			return strings.Contains(l.String(), text)
		}
	}
	return true
}
