package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A process is a server that this program started.
type process struct {
	name  string
	url   string
	took  time.Duration // from its start until it was ready
	cmd   *exec.Cmd
	order io.WriteCloser
	lines *bufio.Reader
	log   *os.File
}

// patience is how long a process may take to start, and to end before it is killed.
const patience = 20 * time.Second

// floorServer starts the floor.
func (b *bench) floorServer(ctx context.Context) (*process, error) {
	url, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return b.start(ctx, "floor", url, exec.CommandContext(ctx, b.self, "as-floor", url))
}

// hubServer starts a hub on a database: fedhub serve or, for profiles, this
// program.
func (b *bench) hubServer(ctx context.Context, name, database string) (*process, error) {
	url, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, b.product, "serve")
	if b.profile != "" {
		cmd = exec.CommandContext(ctx, b.self, "as-hub", "-url", url, "-database", database)
	}
	cmd.Env = append(withoutSettings(os.Environ()), "FEDHUB_URL="+url, "FEDHUB_DATABASE="+database, "FEDHUB_TRUSTED_PROXIES=127.0.0.1",
		"FEDHUB_SECRET_KEY="+base64.StdEncoding.EncodeToString(config(url).SecretKey))
	return b.start(ctx, name, url, cmd)
}

// withoutSettings removes the FEDHUB_ variables of the user of this program.
func withoutSettings(environment []string) []string {
	var rest []string
	for _, pair := range environment {
		if !strings.HasPrefix(pair, "FEDHUB_") {
			rest = append(rest, pair)
		}
	}
	return rest
}

// freeAddress finds a free port. If another program takes it meanwhile, the start
// fails with an error.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return "http://" + l.Addr().String(), nil
}

// start starts a server and waits until it is ready. Its log goes into a file, as
// in production.
func (b *bench) start(ctx context.Context, name, url string, cmd *exec.Cmd) (*process, error) {
	p := &process{name: name, url: url, cmd: cmd}
	var err error
	if p.log, err = os.Create(filepath.Join(b.folder, name+".log")); err != nil {
		return nil, err
	}
	cmd.Stderr = p.log
	if p.order, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.lines = bufio.NewReader(out)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := ready(ctx, url); err != nil {
		p.stop()
		return nil, fmt.Errorf("the %s did not start: %w; end of its log: %s", name, err, p.complaint())
	}
	p.took = time.Since(began)
	return p, nil
}

// ready waits until the server says that it is ready.
func ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// The interval is short, because it limits the precision of measured starts.
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		if w, err := dial(ctx, url); err == nil {
			a, err := w.do(get(url, "/readyz"))
			w.conn.Close()
			if err == nil && a.status == 200 {
				return nil
			}
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// complaint is the end of the process's log.
func (p *process) complaint() string {
	text, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(lines[len(lines)-1])
}

// tell sends an order and waits until it is done.
func (p *process) tell(order string) error {
	if _, err := io.WriteString(p.order, order+"\n"); err != nil {
		return fmt.Errorf("the %s does not accept orders: %w", p.name, err)
	}
	if _, err := p.lines.ReadString('\n'); err != nil {
		return fmt.Errorf("the %s did not carry out the order: %s", p.name, p.complaint())
	}
	return nil
}

// stop ends the process and waits for it.
func (p *process) stop() {
	cut := time.AfterFunc(patience, func() { p.cmd.Process.Kill() }) //nolint:errcheck // it may have ended by itself
	defer cut.Stop()
	p.order.Close()
	p.cmd.Process.Signal(os.Interrupt) //nolint:errcheck // likewise
	p.cmd.Wait()                       //nolint:errcheck // how it ends changes no number
	p.log.Close()
}

// answerOf runs this program in a role and decodes its output.
func (b *bench) answerOf(ctx context.Context, into any, role string, args ...string) error {
	cmd := exec.CommandContext(ctx, b.self, append([]string{role}, args...)...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", role, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return json.Unmarshal(out, into)
}

// build builds the hub from the source around this program.
func (b *bench) build(ctx context.Context) error {
	var err error
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	b.product = filepath.Join(b.folder, "fedhub")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", b.product, "github.com/fedhub/fedhub/cmd/fedhub")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the hub: %w: %s", err, bytes.TrimSpace(said))
	}
	return nil
}
