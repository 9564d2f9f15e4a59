package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/internal/testkit"
)

func TestAHubIsServedUntilItIsStopped(t *testing.T) {
	s := serve(t)
	if got := s.out.String(); !strings.Contains(got, "Create the first administrator (this link works once, within an hour): "+s.URL+"/setup?token=fhsetup_") {
		t.Errorf("there is no setup link in:\n%s", got)
	}
	if got := s.out.String(); strings.Contains(got, "Note:") {
		t.Errorf("a hub with an address is told to get one:\n%s", got)
	}
	for _, path := range []string{"/livez", "/readyz", "/signin", "/.well-known/openid-configuration"} {
		if got := status(t, s.URL+path); got != http.StatusOK {
			t.Errorf("%s: got %d, want 200", path, got)
		}
	}
	s.must("healthcheck")
	s.stop()
	if got := <-s.done; got != 0 {
		t.Errorf("exit code: got %d, want 0 (%s)", got, s.log)
	}
	s.run("healthcheck").fails(1, "does not answer")
	// The log must not contain the setup link: logs are kept and many can read them.
	if strings.Contains(s.log.String(), "fhsetup_") {
		t.Errorf("the link is in the log:\n%s", s.log)
	}
}

func status(t *testing.T, address string) int {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body) //nolint:errcheck // only to reuse the connection
	return resp.StatusCode
}

func TestCommandsWorkBesideAHubThatServes(t *testing.T) {
	s := serve(t)
	s.must("user", "add", "--email", "ada@example.org", "--no-password", "--role", "admin")
	s.must("client", "add", "--name", "Wiki", "--redirect-uri", "http://localhost:1/cb")
	s.run("setup-link").fails(1, "already has an administrator")
	// The link that was printed at the start no longer works.
	link := s.out.String()[strings.Index(s.out.String(), s.URL+"/setup"):]
	if got := status(t, strings.TrimSpace(link)); got != http.StatusGone {
		t.Errorf("the setup link: got %d, want 410", got)
	}
}

// The serving hub and the command are two processes on one database.
func TestAKeyThatACommandAddsIsThereAtOnce(t *testing.T) {
	s := serve(t)
	s.must("user", "add", "--email", "root@example.org", "--role", "admin", "--no-password")
	offered := func() bool {
		resp, err := http.Get(s.URL + "/signin")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(page), "Company")
	}
	if offered() {
		t.Fatal("the key is there before it was added")
	}
	s.must("provider", "add", "--kind", "openid", "--base-url", "https://id.example.invalid", "--name", "Company", "--client-id", "us")
	for began := time.Now(); !offered(); {
		if time.Since(began) > 5*time.Second {
			t.Fatal("the hub that serves does not offer the key")
		}
	}
}

func TestTwoHubsMeet(t *testing.T) {
	head, branch := serve(t), serve(t)
	var invite struct{ Invite string }
	head.must("hub", "invite", "--json").json(&invite)
	var key providerRow
	branch.must("provider", "add", "--base-url", head.URL+"/", "--invite", invite.Invite, "--trust-email", "--json").json(&key)
	if key.Kind != "peer" || key.Status != "active" || key.Name != "fedhub" || key.Metadata != branch.URL+"/oauth2/client-metadata/"+key.ID {
		t.Errorf("got %+v", key)
	}
	var servers []hubRow
	head.must("hub", "list", "--json").json(&servers)
	if len(servers) != 1 || servers[0].ID != key.Metadata || servers[0].State != "active" || servers[0].Via != "invite" || len(servers[0].Fingerprints) == 0 {
		t.Errorf("got %+v", servers)
	}
	host := strings.TrimPrefix(branch.URL, "http://")
	head.must("hub", "suspend", host)
	branch.run("provider", "join", key.ID)
	if branch.code != 1 || !strings.Contains(branch.shell.out, "suspended sign-ins") || !strings.Contains(branch.err, "has not connected this hub") {
		t.Errorf("got %d %q %q", branch.code, branch.shell.out, branch.err)
	}
	head.must("hub", "approve", key.Metadata, "--name", "Branch", "--skip-consent")
	head.must("hub", "list", "--json").json(&servers)
	if servers[0].State != "active" || servers[0].DisplayName != "Branch" || !servers[0].SkipConsent {
		t.Errorf("approved: got %+v", servers)
	}
	branch.must("provider", "join", key.ID)
	if branch.must("provider", "list"); !strings.Contains(branch.shell.out, "active") {
		t.Errorf("got %s", branch.shell.out)
	}
	head.run("hub", "refuse", host).fails(1, "cannot change from")
	head.run("hub", "approve", "nowhere.example").fails(1, "fedhub hub list")
	branch.run("provider", "join", "nothing").fails(1, "fedhub provider list")
	branch.run("provider", "add", "--base-url", branch.URL).fails(2, "sign in here without a provider", "Other hubs enter "+branch.URL)
}

func TestAHubThatIsNotLetInWaits(t *testing.T) {
	head, branch := serve(t), serve(t)
	branch.must("provider", "add", "--base-url", head.URL, "--name", "Head office")
	if !strings.Contains(branch.shell.out, "after its administrator approves this hub") {
		t.Errorf("got %s", branch.shell.out)
	}
	if head.must("hub", "list"); !strings.Contains(head.shell.out, "pending") {
		t.Errorf("got %s", head.shell.out)
	}
	head.must("hub", "refuse", strings.TrimPrefix(branch.URL, "http://"))
	branch.run("provider", "join", "head-office")
	if branch.code != 1 || !strings.Contains(branch.shell.out, "rejected the request") {
		t.Errorf("got %d %s", branch.code, branch.shell.out)
	}
}

func TestAKeyForAHubThatIsAwayIsKept(t *testing.T) {
	s := newShell(t)
	s.env["FEDHUB_URL"] = fmt.Sprintf("http://localhost:%d", testkit.Port(t)) // no program listens there
	s.run("provider", "add", "--base-url", fmt.Sprintf("http://localhost:%d", testkit.Port(t)), "--name", "Head office")
	if s.code != 1 || !strings.Contains(s.err, "fedhub provider join head-office") {
		t.Errorf("got %d %s", s.code, s.err)
	}
	var keys []providerRow
	s.must("provider", "list", "--json").json(&keys)
	if len(keys) != 1 || keys[0].Status != "unreachable" {
		t.Errorf("got %+v", keys)
	}
}

func TestAKeyForAnOpenIDProvider(t *testing.T) {
	s := newShell(t)
	secret := t.TempDir() + "/secret"
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must("provider", "add", "--kind", "openid", "--base-url", "https://accounts.example.org", "--name", "Example", "--client-id", "us",
		"--client-secret-file", secret, "--sign-ups", "deny", "--linking", "never", "--domain", "example.org", "--direct")
	if want := "http://localhost:8080/signin/from/example"; !strings.Contains(s.out, want) || strings.Contains(s.out, "hush") {
		t.Errorf("got %s", s.out)
	}
	s.run("provider", "add", "--kind", "openid", "--base-url", "https://b.example.org", "--name", "B").fails(2, "client ID")
	s.run("provider", "add", "--kind", "openid", "--base-url", "https://b.example.org", "--name", "B", "--client-id", "x", "--id", "example").fails(1, "taken")
}

func TestASignalEndsTheProgramInGoodOrder(t *testing.T) {
	s := newShell(t)
	port := testkit.Port(t)
	s.env["FEDHUB_URL"] = fmt.Sprintf("http://localhost:%d", port)
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		cmd := s.program("serve")
		out := started(t, cmd)
		if got := status(t, s.env["FEDHUB_URL"]+"/readyz"); got != http.StatusOK {
			t.Errorf("got %d, want 200", got)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, out) //nolint:errcheck // until it ends
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
	}
}

// started runs a program until it is ready.
func started(t *testing.T, cmd *exec.Cmd) io.Reader {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "is ready at") {
			return out
		}
	}
	t.Fatalf("the program ended: %v", cmd.Wait())
	return nil
}

func TestProgramsThatStartAtOnceAgreeOnAKey(t *testing.T) {
	s := newShell(t)
	var all sync.WaitGroup
	for range 6 {
		cmd := s.program("user", "list")
		all.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	if _, err := database.SecretKey(s.env["FEDHUB_DATABASE"]); err != nil {
		t.Error(err)
	}
	s.must("user", "list")
}

func TestTheDemoOnACommandLine(t *testing.T) {
	s := newShell(t)
	cmd := s.program("demo", "--json", "--primary-port=0", "--secondary-port=0", "--app-port=0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "}" {
		text.WriteString(lines.Text())
	}
	s.out = text.String() + "}"
	var d demoReport
	s.json(&d)
	if got := status(t, d.App.URL); got != http.StatusOK || len(d.People) != 3 || d.Primary.Admin.Password == "" {
		t.Errorf("got %d %+v", got, d)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(d.Database); !os.IsNotExist(err) {
		t.Errorf("the folder: got %v, want none", err)
	}

	s.run("demo", "--database", "./demo.db").fails(2, "--database", "temporary folder")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	s.run("demo", "--primary-port=0", "--secondary-port="+port).fails(1, port, "in use", "--secondary-port")
}

func TestAHubServesTLSItself(t *testing.T) {
	folder := t.TempDir()
	cert, key := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, content := range map[string][]byte{cert: text, key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := serveWith(t, "https", map[string]string{"FEDHUB_TLS_CERT": cert, "FEDHUB_TLS_KEY": key, "FEDHUB_TLS_CLIENT_CA": cert})
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	resp, err := client.Get(s.URL + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || resp.Proto != "HTTP/2.0" || !strings.Contains(string(body), `"tls_client_auth"`) {
		t.Errorf("got %s %d, %v: %s", resp.Proto, resp.StatusCode, err, body)
	}
	s.must("healthcheck")
}
