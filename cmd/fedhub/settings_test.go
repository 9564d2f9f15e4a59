package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/testkit"
)

const goodKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func TestABadSettingStopsWithOneSentence(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain := write("plain", "not a database, but a text that is long enough to be looked at")
	short, empty := write("short.key", "AAEC"), write("empty", "\n")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port

	for name, row := range map[string]struct {
		env  map[string]string
		args []string
		code int
		says []string // the setting, and the fix
	}{
		"no address":                {env: env("FEDHUB_URL", "example"), code: 2, says: []string{"FEDHUB_URL", "https://id.example.org"}},
		"plain http":                {env: env("FEDHUB_URL", "http://id.example.org"), code: 2, says: []string{"FEDHUB_URL", "https://"}},
		"an address with a path":    {env: env("FEDHUB_URL", "https://id.example.org/hub"), code: 2, says: []string{"FEDHUB_URL", `"https://id.example.org"`}},
		"an address in capitals":    {env: env("FEDHUB_URL", "https://ID.example.org"), code: 2, says: []string{"FEDHUB_URL", "small letters"}},
		"the port that all know":    {env: env("FEDHUB_URL", "https://id.example.org:443/"), code: 2, says: []string{"FEDHUB_URL", `"https://id.example.org"`}},
		"the same of plain http":    {env: env("FEDHUB_URL", "http://localhost:80"), code: 2, says: []string{"FEDHUB_URL", `"http://localhost"`}},
		"a name in its own letters": {env: env("FEDHUB_URL", "https://bücher.example"), code: 2, says: []string{"FEDHUB_URL", `"https://xn--bcher-kva.example"`}},
		"a dot at the end":          {env: env("FEDHUB_URL", "https://id.example.org."), code: 2, says: []string{"FEDHUB_URL", "two dots in a row, or a dot at the end"}},
		"a colon without a port":    {env: env("FEDHUB_URL", "https://id.example.org:"), code: 2, says: []string{"FEDHUB_URL", `"https://id.example.org"`}},
		"a port with a zero":        {env: env("FEDHUB_URL", "https://id.example.org:08443"), code: 2, says: []string{"FEDHUB_URL", "65535"}},
		"an address as a number":    {env: env("FEDHUB_URL", "https://3232235777"), code: 2, says: []string{"FEDHUB_URL", "four decimal numbers"}},
		"an empty query":            {env: env("FEDHUB_URL", "https://id.example.org?"), code: 2, says: []string{"FEDHUB_URL", `"https://id.example.org"`}},
		"an empty fragment":         {env: env("FEDHUB_URL", "https://id.example.org#"), code: 2, says: []string{"FEDHUB_URL", `"https://id.example.org"`}},
		"a character of no name":    {env: env("FEDHUB_URL", "https://id_^.example.org"), code: 2, says: []string{"FEDHUB_URL", "not an address"}},
		"an address by flag":        {args: []string{"--url", "nonsense"}, code: 2, says: []string{"FEDHUB_URL", "nonsense"}},
		"no port":                   {env: env("FEDHUB_LISTEN", "localhost"), code: 2, says: []string{"FEDHUB_LISTEN", ":8080"}},
		"a port that is too high":   {env: env("FEDHUB_LISTEN", ":70000"), code: 2, says: []string{"FEDHUB_LISTEN", ":8080"}},
		"any port and no address":   {env: env("FEDHUB_LISTEN", ":0"), code: 2, says: []string{"FEDHUB_LISTEN", "FEDHUB_URL"}},
		"a port in use":             {env: env("FEDHUB_LISTEN", fmt.Sprintf("127.0.0.1:%d", port)), code: 1, says: []string{"FEDHUB_LISTEN", fmt.Sprint(port), "in use", "set another"}},
		"a port in use, by URL":     {env: env("FEDHUB_URL", fmt.Sprintf("http://localhost:%d", port)), code: 1, says: []string{"FEDHUB_LISTEN", "in use"}},
		"not our address":           {env: env("FEDHUB_LISTEN", "192.0.2.1:8080"), code: 1, says: []string{"FEDHUB_LISTEN", "192.0.2.1:8080", "an address of this machine"}},
		"another database":          {env: env("FEDHUB_DATABASE", "postgres://localhost/hub"), code: 2, says: []string{"FEDHUB_DATABASE", "mongodb://"}},
		"a folder as database":      {env: env("FEDHUB_DATABASE", folder+"/"), code: 2, says: []string{"FEDHUB_DATABASE", "fedhub.db"}},
		"a folder without a slash":  {env: env("FEDHUB_DATABASE", folder, "FEDHUB_SECRET_KEY", goodKey), code: 1, says: []string{"FEDHUB_DATABASE", "not a regular file", "./data/fedhub.db"}},
		"another program's file":    {env: env("FEDHUB_DATABASE", plain, "FEDHUB_SECRET_KEY", goodKey), code: 1, says: []string{"FEDHUB_DATABASE", "not an SQLite database"}},
		"a folder that cannot be":   {env: env("FEDHUB_DATABASE", filepath.Join(plain, "hub.db"), "FEDHUB_SECRET_KEY", goodKey), code: 1, says: []string{"FEDHUB_DATABASE", "./data/fedhub.db"}},
		"a key file that cannot be": {env: env("FEDHUB_DATABASE", filepath.Join(plain, "hub.db")), code: 1, says: []string{"FEDHUB_DATABASE", "key"}},
		"no MongoDB there":          {env: env("FEDHUB_DATABASE", fmt.Sprintf("mongodb://ada:hush@127.0.0.1:%d/hub?serverSelectionTimeoutMS=300&connectTimeoutMS=300", testkit.Port(t)), "FEDHUB_SECRET_KEY", goodKey), code: 1, says: []string{"FEDHUB_DATABASE", "mongodb://127.0.0.1", "check that it is running"}},
		"a broken MongoDB address":  {env: env("FEDHUB_DATABASE", "mongodb://ada:hush@", "FEDHUB_SECRET_KEY", goodKey), code: 1, says: []string{"FEDHUB_DATABASE", "mongodb://…"}},
		"no key for MongoDB":        {env: env("FEDHUB_DATABASE", "mongodb://localhost/hub"), code: 2, says: []string{"FEDHUB_SECRET_KEY", "openssl rand -base64 32"}},
		"a key that is too short":   {env: env("FEDHUB_SECRET_KEY", "AAEC"), code: 2, says: []string{"FEDHUB_SECRET_KEY", "3 bytes", "openssl rand -base64 32"}},
		"a key that is no base64":   {env: env("FEDHUB_SECRET_KEY", "correct horse battery staple"), code: 2, says: []string{"FEDHUB_SECRET_KEY", "base64"}},
		"a key file with too little": {env: env("FEDHUB_SECRET_KEY_FILE", short), code: 2,
			says: []string{"FEDHUB_SECRET_KEY_FILE", short, "openssl"}},
		"a key file that is missing":   {env: env("FEDHUB_SECRET_KEY_FILE", "/nowhere/key"), code: 2, says: []string{"FEDHUB_SECRET_KEY_FILE", "/nowhere/key"}},
		"two keys":                     {env: env("FEDHUB_SECRET_KEY", goodKey, "FEDHUB_SECRET_KEY_FILE", short), code: 2, says: []string{"FEDHUB_SECRET_KEY_FILE", "both set"}},
		"two databases":                {env: env("FEDHUB_DATABASE", "a.db", "FEDHUB_DATABASE_FILE", plain), code: 2, says: []string{"FEDHUB_DATABASE_FILE", "both set"}},
		"a database file that is gone": {env: env("FEDHUB_DATABASE", "", "FEDHUB_DATABASE_FILE", "/nowhere/uri"), code: 2, says: []string{"FEDHUB_DATABASE_FILE", "/nowhere/uri"}},
		"an empty database file":       {env: env("FEDHUB_DATABASE", "", "FEDHUB_DATABASE_FILE", empty), code: 2, says: []string{"FEDHUB_DATABASE_FILE", "empty"}},
		"neither yes nor no":           {env: env("FEDHUB_ALLOW_PRIVATE_ADDRESSES", "maybe"), code: 2, says: []string{"FEDHUB_ALLOW_PRIVATE_ADDRESSES", "true or false"}},
		"no range":                     {env: env("FEDHUB_TRUSTED_PROXIES", "10.0.0.0/8, proxy.local"), code: 2, says: []string{"FEDHUB_TRUSTED_PROXIES", "proxy.local", "10.0.0.0/8"}},
		"a certificate without a key":  {env: env("FEDHUB_TLS_CERT", plain), code: 2, says: []string{"FEDHUB_TLS_KEY", "private key"}},
		"a key without a certificate":  {env: env("FEDHUB_TLS_KEY", plain), code: 2, says: []string{"FEDHUB_TLS_CERT", "certificate"}},
		"a certificate that is none":   {env: env("FEDHUB_TLS_CERT", plain, "FEDHUB_TLS_KEY", plain), code: 2, says: []string{"FEDHUB_TLS_CERT", "cannot be used"}},
		"authorities that are none":    {env: env("FEDHUB_TLS_CLIENT_CA", plain), code: 2, says: []string{"FEDHUB_TLS_CLIENT_CA", "PEM"}},
		"a header that anybody sets":   {env: env("FEDHUB_CLIENT_CERT_HEADER", "Client-Cert"), code: 2, says: []string{"FEDHUB_CLIENT_CERT_HEADER", "FEDHUB_TRUSTED_PROXIES"}},
		"an alias without TLS":         {env: env("FEDHUB_MTLS_URL", "https://mtls.example.org"), code: 2, says: []string{"FEDHUB_MTLS_URL", "FEDHUB_TLS_CERT"}},
		"a range that is none":         {env: env("FEDHUB_ALLOWED_ADDRESSES", "10.0.0.0/8, *.internal"), code: 2, says: []string{"FEDHUB_ALLOWED_ADDRESSES", "*.internal", "10.1.0.0/16"}},
		"without what every hub has":   {env: env("FEDHUB_WITHOUT_ALGORITHMS", "EdDSA, RS256"), code: 2, says: []string{"FEDHUB_WITHOUT_ALGORITHMS", "RS256", "EdDSA"}},
		"a proxy that is none":         {env: env("FEDHUB_HTTPS_PROXY", "socks5://ada:hush@proxy:1"), code: 2, says: []string{"FEDHUB_HTTPS_PROXY", "http://proxy.internal:3128"}},
		"no proxy that resolves":       {env: env("FEDHUB_PROXY_RESOLVES", "true"), code: 2, says: []string{"FEDHUB_PROXY_RESOLVES", "FEDHUB_HTTPS_PROXY"}},
		"a proxy twice":                {env: env("FEDHUB_HTTPS_PROXY", "http://proxy:1", "FEDHUB_HTTPS_PROXY_FILE", plain), code: 2, says: []string{"FEDHUB_HTTPS_PROXY_FILE", "remove one"}},
		"an authority that is missing": {env: env("FEDHUB_EXTRA_CA", "/nowhere/ca.pem"), code: 2, says: []string{"FEDHUB_EXTRA_CA", "/nowhere/ca.pem"}},
		"an authority that is empty":   {env: env("FEDHUB_EXTRA_CA", empty), code: 2, says: []string{"FEDHUB_EXTRA_CA", "empty"}},
		"an authority that is none":    {env: env("FEDHUB_EXTRA_CA", short), code: 2, says: []string{"FEDHUB_EXTRA_CA", "certificate"}},
		"a short minimum":              {env: env("FEDHUB_MIN_PASSWORD", "4"), code: 2, says: []string{"FEDHUB_MIN_PASSWORD", "8 to 64"}},
		"no minimum":                   {env: env("FEDHUB_MIN_PASSWORD", "0"), code: 2, says: []string{"FEDHUB_MIN_PASSWORD", "8 to 64"}},
		"a word for a number":          {env: env("FEDHUB_MIN_PASSWORD", "ten"), code: 2, says: []string{"FEDHUB_MIN_PASSWORD", "8 to 64"}},
		"another log format":           {env: env("FEDHUB_LOG_FORMAT", "xml"), code: 2, says: []string{"FEDHUB_LOG_FORMAT", "text or json"}},
		"another log level":            {env: env("FEDHUB_LOG_LEVEL", "loud"), code: 2, says: []string{"FEDHUB_LOG_LEVEL", "debug, info, warn or error"}},
		"no time":                      {env: env("FEDHUB_SHUTDOWN_TIMEOUT", "10"), code: 2, says: []string{"FEDHUB_SHUTDOWN_TIMEOUT", "10s"}},
		"a time that is too long":      {env: env("FEDHUB_SHUTDOWN_DELAY", "3h"), code: 2, says: []string{"FEDHUB_SHUTDOWN_DELAY", "10s"}},
		"a slip of the finger":         {env: env("FEDHUB_DATABSE", "x"), code: 2, says: []string{"FEDHUB_DATABSE", "did you mean FEDHUB_DATABASE?"}},
		"an old name":                  {env: env("FEDHUB_PORT", "8080"), code: 2, says: []string{"FEDHUB_PORT", "not a setting"}},
		"nothing we know":              {env: env("FEDHUB_COLOUR_OF_THE_BUTTON", "red"), code: 2, says: []string{"FEDHUB_COLOUR_OF_THE_BUTTON", "not a setting", "fedhub serve --help"}},
		"a flag that is none":          {args: []string{"--databse", "x"}, code: 2, says: []string{"--databse", `--database`}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			for name, value := range row.env {
				s.env[name] = value
			}
			s.run(append([]string{"serve"}, row.args...)...).fails(row.code, row.says...)
			if strings.Contains(s.err, "hush") {
				t.Errorf("it shows a password: %s", s.err)
			}
			if s.out != "" {
				t.Errorf("it wrote %q", s.out)
			}
		})
	}
}

func env(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func TestNothingIsWrittenBeforeTheSettingsAreRight(t *testing.T) {
	s := newShell(t)
	s.env["FEDHUB_URL"] = "nonsense"
	s.run("serve").fails(2, "FEDHUB_URL")
	if _, err := os.Stat(filepath.Dir(s.env["FEDHUB_DATABASE"])); !os.IsNotExist(err) {
		t.Errorf("the folder: got %v, want none", err)
	}
}

func TestVariablesOfOthersAreLeftAlone(t *testing.T) {
	s := newShell(t)
	for name, value := range map[string]string{
		"FEDHUB_TEST_MONGODB": "mongodb://localhost", "HUB_URL": "x", "FEDHUB_NAME": "",
		// Kubernetes sets these for a service called fedhub.
		"FEDHUB_SERVICE_HOST": "10.0.0.7", "FEDHUB_SERVICE_PORT": "80", "FEDHUB_SERVICE_PORT_HTTP": "80",
		"FEDHUB_PORT": "tcp://10.0.0.7:80", "FEDHUB_PORT_80_TCP": "tcp://10.0.0.7:80",
		"FEDHUB_PORT_80_TCP_PROTO": "tcp", "FEDHUB_PORT_80_TCP_PORT": "80", "FEDHUB_PORT_80_TCP_ADDR": "10.0.0.7",
	} {
		s.env[name] = value
	}
	s.must("user", "list")
}

func TestAFlagComesBeforeAVariable(t *testing.T) {
	s := newShell(t)
	s.env["FEDHUB_URL"] = "https://variable.example.org"
	s.must("setup-link", "--url", "https://flag.example.org")
	if !strings.HasPrefix(s.out, "https://flag.example.org/setup?token=") {
		t.Errorf("got %s", s.out)
	}
	s.must("setup-link")
	if !strings.HasPrefix(s.out, "https://variable.example.org/setup?token=") {
		t.Errorf("got %s", s.out)
	}
}

func TestTheAddressFollowsThePort(t *testing.T) {
	s := newShell(t)
	s.must("setup-link")
	if !strings.HasPrefix(s.out, "http://localhost:8080/setup") {
		t.Errorf("got %s", s.out)
	}
	s.env["FEDHUB_LISTEN"] = ":9090"
	s.must("setup-link")
	if !strings.HasPrefix(s.out, "http://localhost:9090/setup") {
		t.Errorf("got %s", s.out)
	}
}

func TestWhereToListen(t *testing.T) {
	for _, row := range []struct {
		listen, url string
		host        string
		port        int
	}{
		{"", "http://localhost:8080", "localhost", 8080},
		{"", "http://localhost:9000", "localhost", 9000},
		{"", "http://127.0.0.1:9000", "127.0.0.1", 9000},
		{"", "http://[::1]:9000", "::1", 9000},
		{"", "http://localhost", "localhost", 80},
		{"", "https://id.example.org", "", 8080},
		{"", "https://id.example.org:8443", "", 8080},
		{":9000", "https://id.example.org", "", 9000},
		{"10.0.0.1:9000", "http://localhost:8080", "10.0.0.1", 9000},
		{"[::]:9000", "http://localhost:8080", "::", 9000},
	} {
		host, port, err := (&server{Listen: row.listen}).address(row.url)
		if err != nil || host != row.host || port != row.port {
			t.Errorf("%q, %q: got %q %d %v, want %q %d", row.listen, row.url, host, port, err, row.host, row.port)
		}
	}
}

// The help names every variable with its flag.
func TestEverySettingIsDocumented(t *testing.T) {
	s := newShell(t)
	s.must("serve", "--help")
	flat := strings.Join(strings.Fields(s.out), " ")
	for _, name := range append(variables(reflect.TypeFor[base]()), variables(reflect.TypeFor[server]())...) {
		if !strings.Contains(flat, "("+name+")") {
			t.Errorf("%s is not in the help", name)
		}
	}
	for _, name := range []string{"FEDHUB_SECRET_KEY can contain", "FEDHUB_DATABASE_FILE can name"} {
		if !strings.Contains(flat, name) {
			t.Errorf("the help does not say %q", name)
		}
	}
}
