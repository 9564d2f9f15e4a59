package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A process is a server that this program started.
type process struct {
	name  string
	url   string
	cmd   *exec.Cmd
	order io.WriteCloser
	lines *bufio.Reader
	log   *os.File
}

// patience is how long a process may take to end before it is made to.
const patience = 10 * time.Second

// spawn starts this program again in a role, as a server, and waits until it
// serves. What it logs goes into a file, as it would for real.
func spawn(ctx context.Context, folder, name, role string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: exec.CommandContext(ctx, self, append([]string{role}, args...)...)}
	if p.log, err = os.Create(filepath.Join(folder, name+".log")); err != nil {
		return nil, err
	}
	p.cmd.Stderr = p.log
	p.cmd.WaitDelay = patience
	if p.order, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.lines = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("the %s did not start: %s", name, p.complaint())
	}
	var hello greeting
	if err := json.Unmarshal(line, &hello); err != nil {
		p.stop()
		return nil, fmt.Errorf("the %s did not say where it serves: %w", name, err)
	}
	p.url = hello.URL
	return p, nil
}

// complaint is what the process logged last.
func (p *process) complaint() string {
	text, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(lines[len(lines)-1])
}

// tell gives an order and waits until it is done.
func (p *process) tell(order string) error {
	if _, err := io.WriteString(p.order, order+"\n"); err != nil {
		return fmt.Errorf("the %s does not listen: %w", p.name, err)
	}
	if _, err := p.lines.ReadString('\n'); err != nil {
		return fmt.Errorf("the %s did not do it: %s", p.name, p.complaint())
	}
	return nil
}

// stop ends the process and waits for it.
func (p *process) stop() {
	p.order.Close()
	cut := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer cut.Stop()
	p.cmd.Wait() //nolint:errcheck // how it ends changes no number
	p.log.Close()
}

// answerOf runs this program in a role to its end and decodes what it wrote.
func answerOf(ctx context.Context, into any, role string, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{role}, args...)...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", role, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return json.Unmarshal(out, into)
}
