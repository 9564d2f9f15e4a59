package libraries_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// nodeFlows are the flows of flows.mjs that this hub completes.
var nodeFlows = []string{
	"discovery", "codeWithPKCE", "publicClient", "refresh", "userinfo", "clientCredentials", "introspection", "revocation",
	"secretPost", "secretJWT", "privateKeyJWT", "registration", "signedUserinfo", "dpop", "device", "endSession",
	"formPost", "implicitIDToken", "hybrid", "signedRequest", "signedAnswer", "pushedRequest", "pushedSignedRequest",
	"tokenExchange", "signedIntrospection", "backchannelAuthentication",
}

// nodeWorld is the script's standard input.
type nodeWorld struct {
	Issuer   string             `json:"issuer"`
	Email    string             `json:"email"`
	Password string             `json:"password"`
	Callback string             `json:"callback"`
	Clients  map[string]nodeApp `json:"clients"`
	Flows    []string           `json:"flows"`
}

type nodeApp struct {
	ID     string `json:"id"`
	Secret string `json:"secret,omitempty"`
}

// A verdict is a line of the script's standard output.
type verdict struct {
	Flow  string `json:"flow"`
	Error string `json:"error"`
}

func TestOpenIDClientForNode(t *testing.T) {
	node, err := libraries()
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatalf("the Node flows must not be left out here: %v", err)
	case err != nil:
		t.Skipf("NO NODE FLOWS: %v", err)
	}
	w := newWorld(t)
	verdicts := w.script(node)
	for _, flow := range nodeFlows {
		t.Run(flow, func(t *testing.T) {
			switch problem, ran := verdicts[flow]; {
			case !ran:
				t.Error("the script did not come to it")
			case problem != "":
				t.Error(problem)
			}
		})
	}
	if t.Failed() {
		t.Logf("the end of the hub's log:\n%s", w.log.tail())
	}
}

// script runs all flows in one process, and returns their results.
func (w *world) script(node string) map[string]string {
	w.Helper()
	ca := filepath.Join(w.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, w.CA, 0o600); err != nil {
		w.Fatal(err)
	}
	input, err := json.Marshal(w.told())
	if err != nil {
		w.Fatal(err)
	}
	var output, complaints bytes.Buffer
	run := exec.CommandContext(w.Context(), node, "flows.mjs")
	run.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+ca)
	run.Stdin, run.Stdout, run.Stderr = bytes.NewReader(input), &output, &complaints
	if err := run.Run(); err != nil {
		w.Errorf("node flows.mjs: %v\n%s", err, complaints.String())
	}
	verdicts := map[string]string{}
	for lines := bufio.NewScanner(&output); lines.Scan(); {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			w.Fatalf("%v: %s", err, lines.Text())
		}
		verdicts[v.Flow] = v.Error
	}
	return verdicts
}

// told registers what the flows need.
func (w *world) told() nodeWorld {
	w.Helper()
	told := nodeWorld{Issuer: w.URL, Email: email, Password: password, Callback: callback, Flows: nodeFlows, Clients: map[string]nodeApp{}}
	for name, edit := range map[string]func(*clients.Client){
		"web":    nil,
		"public": func(c *clients.Client) { c.Type, c.AuthMethod = clients.SPA, clientauth.MethodNone },
		"service": func(c *clients.Client) {
			c.Type, c.RedirectURIs, c.Scopes = clients.Service, nil, []string{"files"}
		},
		"backchannel": func(c *clients.Client) {
			c.RedirectURIs, c.GrantTypes = nil, []string{clients.GrantCIBA}
		},
	} {
		c, secret := w.client(edit)
		told.Clients[name] = nodeApp{c.ID, secret}
	}
	return told
}

// libraries makes sure of Node and of what package-lock.json names, and
// returns the program.
var libraries = sync.OnceValues(installLibraries)

var errNoNode = errors.New(`node or npm is missing; install them with "apt-get install nodejs npm"`)

func installLibraries() (string, error) {
	node, npm, err := nodeAndNPM()
	if err != nil {
		return "", err
	}
	// npm leaves a copy of the lock file behind when it is done.
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		return "", err
	}
	if stamp, err := os.ReadFile("node_modules/.fedhub-lock"); err == nil && bytes.Equal(stamp, lock) {
		return node, nil
	}
	install := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	if output, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w: %.500s", err, output)
	}
	return node, os.WriteFile("node_modules/.fedhub-lock", lock, 0o600)
}

// nodeAndNPM finds both programs, and installs them if the package manager can.
func nodeAndNPM() (node, npm string, err error) {
	if node, npm, err = lookForNode(); err == nil {
		return node, npm, nil
	}
	if _, err := os.Stat("/etc/debian_version"); err != nil || os.Geteuid() != 0 {
		return "", "", errNoNode
	}
	fmt.Fprintln(os.Stderr, "e2e/libraries: THERE IS NO NODE HERE. Installing it now: apt-get install nodejs npm")
	for _, arguments := range []string{"update", "install -y --no-install-recommends nodejs npm"} {
		apt := exec.Command("apt-get", append([]string{"-o", "DPkg::Lock::Timeout=120"}, strings.Fields(arguments)...)...)
		apt.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if output, err := apt.CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("%w (apt-get %s: %w: %.500s)", errNoNode, arguments, err, output)
		}
	}
	return lookForNode()
}

func lookForNode() (node, npm string, err error) {
	node, err = exec.LookPath("node")
	if err == nil {
		npm, err = exec.LookPath("npm")
	}
	if err != nil {
		return "", "", errNoNode
	}
	return node, npm, nil
}
