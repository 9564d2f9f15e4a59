package mongodtest

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// A member is one mongod. Its port and files survive a kill for the next start.
type member struct {
	program string
	folder  string
	port    int

	mu      sync.Mutex
	process *os.Process
	gone    chan struct{} // closed when the process has ended
	guards  []io.Closer   // one for each start
}

func (m *member) address() string { return "127.0.0.1:" + strconv.Itoa(m.port) }

// start starts the process. A later command shows whether it runs.
func (m *member) start() error {
	if m.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		m.port = port
	}
	cmd := exec.Command(m.program,
		"--replSet", setName,
		"--bind_ip", "127.0.0.1", "--port", strconv.Itoa(m.port), "--nounixsocket",
		"--dbpath", filepath.Join(m.folder, "data"), "--logpath", m.logFile(), "--logappend",
		// Small, because it runs on laptops and beside other tests.
		"--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64",
		"--setParameter", "diagnosticDataCollectionEnabled=false",
	)
	cmd.SysProcAttr = dieWithParent()
	started := make(chan error)
	gone := make(chan struct{})
	go func() {
		// The kernel signals the end of the parent when the thread that started
		// the process ends, so this thread stays.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(gone)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", m.program, err)
	}
	guard, err := watch(cmd.Process.Pid, gone, m.folder)
	if err != nil {
		_ = cmd.Process.Kill()
		return fmt.Errorf("watch over %s: %w", m.program, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.process, m.gone, m.guards = cmd.Process, gone, append(m.guards, guard)
	return nil
}

// watch starts a shell that waits for the end of this test process, then ends the
// server and removes its files. The shell's input is closed when this process
// ends, even by a crash. A line on the input says that the server has ended, so
// that the shell does not kill a process that reuses its number.
func watch(pid int, gone <-chan struct{}, folder string) (io.Closer, error) {
	const script = `trap "" INT TERM HUP
server=$1
while read -r ended; do server=; done
test -z "$server" || kill -9 "$server" 2>/dev/null
rm -rf "$2" || { sleep 1; rm -rf "$2"; }`
	cmd := exec.Command("/bin/sh", "-c", script, "sh", strconv.Itoa(pid), folder)
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		<-gone
		_, _ = io.WriteString(input, "ended\n")
		_ = cmd.Wait()
	}()
	return input, nil
}

// kill ends the process at once, as a power cut would, and keeps its files.
func (m *member) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process == nil {
		return
	}
	_ = m.process.Kill()
	<-m.gone
	m.process = nil
}

func (m *member) remove() {
	m.kill()
	_ = os.RemoveAll(m.folder)
	for _, guard := range m.guards {
		_ = guard.Close()
	}
}

func (m *member) running() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process == nil {
		return false
	}
	select {
	case <-m.gone:
		return false
	default:
		return true
	}
}

func (m *member) logFile() string { return filepath.Join(m.folder, "log") }

// lastWords is the end of the server's log, for the message of a failed test.
func (m *member) lastWords() string {
	log, err := os.ReadFile(m.logFile())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	return strings.Join(lines[max(len(lines)-8, 0):], "\n")
}

// freePort asks the system for a port and releases it; mongod cannot choose one
// itself. Another process may take it in between, and the test then fails with
// that error.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
