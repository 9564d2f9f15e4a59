package main

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/seal"
)

// A base has the settings of every command that opens the hub's database. The tag
// "setting" names the variable.
type base struct {
	URL string `setting:"FEDHUB_URL" placeholder:"URL" group:"Settings" help:"Public URL of the hub, also its issuer, like https://id.example.org. Default: http://localhost:8080, for this machine only."`

	// A mongodb:// address contains a password, so it may come from a file:
	// FEDHUB_DATABASE_FILE.
	Database string `setting:"FEDHUB_DATABASE" placeholder:"ADDRESS" group:"Settings" help:"mongodb:// or mongodb+srv:// address, or the path of a database file. FEDHUB_DATABASE_FILE can name a file with the address. Default: ./data/fedhub.db."`

	// The key itself has a variable and no flag, because every user of a machine
	// can read arguments: FEDHUB_SECRET_KEY.
	SecretKeyFile string `setting:"FEDHUB_SECRET_KEY_FILE" placeholder:"PATH" group:"Settings" help:"File with the secret key that encrypts secrets in the database: 32 random bytes as base64. FEDHUB_SECRET_KEY can contain the key itself. Required for MongoDB; for a database file the hub creates a key file beside it."`

	HubName               string `name:"hub-name" setting:"FEDHUB_NAME" placeholder:"NAME" group:"Settings" help:"Name of the hub, until an administrator changes it in the settings."`
	AllowPrivateAddresses bool   `setting:"FEDHUB_ALLOW_PRIVATE_ADDRESSES" group:"Settings" help:"Allow requests of the hub to private addresses and over plain http. Always allowed for a hub on localhost."`
	AllowedAddresses      string `setting:"FEDHUB_ALLOWED_ADDRESSES" placeholder:"CIDR|HOST[:PORT],…" group:"Settings" help:"Private or loopback addresses that the hub may call over https: ranges or hosts, with or without a port. All others stay blocked."`

	// A proxy's URL can contain a password, so there is no flag for it.
	ProxyResolves  bool   `setting:"FEDHUB_PROXY_RESOLVES" group:"Settings" help:"The proxy resolves host names and decides which addresses the hub may call. FEDHUB_HTTPS_PROXY, or a file named by FEDHUB_HTTPS_PROXY_FILE, contains the proxy's URL, like http://user:password@host:3128. All outgoing requests of the hub use the proxy."`
	WithoutAlgs    string `name:"without-algorithms" setting:"FEDHUB_WITHOUT_ALGORITHMS" placeholder:"ALG,…" group:"Settings" help:"Signing algorithms to leave out: EdDSA, ES384 or PS256. The hub has no keys for them."`
	HSTSSubdomains bool   `name:"hsts-subdomains" setting:"FEDHUB_HSTS_SUBDOMAINS" group:"Settings" help:"Require https for all subdomains of the hub's host too (HSTS includeSubDomains)."`

	ExtraCA     string `name:"extra-ca" setting:"FEDHUB_EXTRA_CA" placeholder:"PATH" group:"Settings" help:"File with additional certificate authorities (PEM) for the servers that the hub calls, besides those that this machine trusts."`
	MailFrom    string `setting:"FEDHUB_MAIL_FROM" placeholder:"ADDRESS" group:"Settings" help:"Sender of the hub's emails, like \"Example ID <id@example.org>\". FEDHUB_MAIL_URL, or a file named by FEDHUB_MAIL_URL_FILE, contains the mail server: smtps://user:password@host:465, or smtp:// with STARTTLS. Without a mail server the hub sends no emails."`
	MinPassword string `setting:"FEDHUB_MIN_PASSWORD" placeholder:"N" group:"Settings" help:"Minimum length of passwords, from 8 to 64 characters. Default: 15."`
}

// A server has the other settings of "fedhub serve".
type server struct {
	Listen         string `setting:"FEDHUB_LISTEN" placeholder:"ADDRESS" group:"Settings" help:"Address and port to serve on. Default: :8080, or the host and port of FEDHUB_URL if it is on localhost."`
	TrustedProxies string `setting:"FEDHUB_TRUSTED_PROXIES" placeholder:"CIDR,…" group:"Settings" help:"Address ranges of trusted reverse proxies. The hub takes the client IP address from their header."`
	ProxyHeader    string `setting:"FEDHUB_PROXY_HEADER" placeholder:"NAME" group:"Settings" help:"Header with the client IP address: X-Forwarded-For or Forwarded (RFC 7239). Default: X-Forwarded-For. The hub ignores the other one."`

	TrustEveryProxy bool `setting:"FEDHUB_TRUST_EVERY_PROXY" group:"Settings" help:"Allow ranges of trusted proxies that contain every address, like 0.0.0.0/0. Every program that can reach the hub can then claim any client IP address."`

	// The hub terminates TLS itself, or a proxy does and sends the certificate.
	TLSCert          string `name:"tls-cert" setting:"FEDHUB_TLS_CERT" placeholder:"PATH" group:"Settings" help:"File with the hub's certificate and its intermediate certificates (PEM). The hub then serves TLS itself. It reads the file again when it changes."`
	TLSKey           string `name:"tls-key" setting:"FEDHUB_TLS_KEY" placeholder:"PATH" group:"Settings" help:"File with the private key of the certificate (PEM)."`
	TLSClientCA      string `name:"tls-client-ca" setting:"FEDHUB_TLS_CLIENT_CA" placeholder:"PATH" group:"Settings" help:"File with the certificate authorities (PEM) for applications that authenticate with a certificate (tls_client_auth, RFC 8705)."`
	ClientCertHeader string `setting:"FEDHUB_CLIENT_CERT_HEADER" placeholder:"NAME" group:"Settings" help:"Header in which trusted proxies send the client certificate: as in RFC 9440, as nginx's $ssl_client_escaped_cert, or as base64."`
	MTLSURL          string `name:"mtls-url" setting:"FEDHUB_MTLS_URL" placeholder:"URL" group:"Settings" help:"Second URL of the hub, like https://mtls.id.example.org. Only there does the hub request client certificates, so browsers do not ask users for one."`

	LogFormat       string `setting:"FEDHUB_LOG_FORMAT" placeholder:"FORMAT" group:"Settings" help:"text or json. Default: text on a terminal, otherwise json."`
	LogLevel        string `setting:"FEDHUB_LOG_LEVEL" placeholder:"LEVEL" group:"Settings" help:"debug, info, warn or error. Default: info."`
	ShutdownDelay   string `setting:"FEDHUB_SHUTDOWN_DELAY" placeholder:"TIME" group:"Settings" help:"How long to continue serving at shutdown after /readyz reports not ready, so that load balancers notice. Default: 0s."`
	ShutdownTimeout string `setting:"FEDHUB_SHUTDOWN_TIMEOUT" placeholder:"TIME" group:"Settings" help:"How long requests may still take at shutdown. Default: 10s."`
}

const (
	defaultDatabase = "./data/fedhub.db"
	defaultPort     = 8080
)

// config checks the settings and turns them into the hub's configuration, without
// the secret key. Nothing is opened or written before all of it is right.
func (b *base) config(c *console) (hub.Config, error) {
	if err := c.unknownVariables(); err != nil {
		return hub.Config{}, err
	}
	if err := b.databaseAddress(c.env); err != nil {
		return hub.Config{}, err
	}
	config := hub.Config{URL: b.URL, Name: b.HubName, AllowPrivateAddresses: b.AllowPrivateAddresses, HSTSSubdomains: b.HSTSSubdomains, LeftOutAlgs: words(b.WithoutAlgs), DatabasePorts: database.Ports(b.Database)}
	if b.URL == "" {
		port, err := listenPort(c.env["FEDHUB_LISTEN"])
		if err != nil {
			return hub.Config{}, err
		}
		config.URL = "http://localhost:" + strconv.Itoa(port)
		if port == 80 { // browsers leave it out
			config.URL = "http://localhost"
		}
	}
	if b.MinPassword != "" {
		n, err := strconv.Atoi(b.MinPassword)
		if err != nil || n <= 0 {
			return hub.Config{}, mistakef("FEDHUB_MIN_PASSWORD is %q; it must be a number from 8 to 64", b.MinPassword)
		}
		config.MinPassword = n
	}
	var err error
	if config.MailURL, err = secretAddress(c.env, "FEDHUB_MAIL_URL", "the mail server's address"); err != nil {
		return hub.Config{}, err
	}
	config.MailFrom = b.MailFrom
	if err := b.outgoing(c.env, &config); err != nil {
		return hub.Config{}, err
	}
	checked := config
	checked.SecretKey = make([]byte, seal.KeySize) // the key is read later
	if err := checked.Check(); err != nil {
		return hub.Config{}, mistake(err.Error())
	}
	return config, nil
}

// outgoing reads the settings of the hub's outgoing requests.
func (b *base) outgoing(env map[string]string, config *hub.Config) error {
	proxy, err := secretAddress(env, fetch.ProxySetting, "the proxy's address")
	if err != nil {
		return err
	}
	if proxy != "" {
		if config.Proxy, err = fetch.ParseProxy(proxy); err != nil {
			return mistakef("%s cannot be used: %v", fetch.ProxySetting, err)
		}
		config.Proxy.Resolves = b.ProxyResolves
	} else if b.ProxyResolves {
		return mistakef("%s is set without a proxy; set the proxy in %s", fetch.ProxyResolvesSetting, fetch.ProxySetting)
	}
	for _, word := range words(b.AllowedAddresses) {
		allowed, err := fetch.ParseAllowed(word)
		if err != nil {
			return mistakef(`FEDHUB_ALLOWED_ADDRESSES: %v; write it like "10.1.0.0/16, 10.2.0.0/16:8443, suite.example.internal:8443"`, err)
		}
		config.AllowedAddresses = append(config.AllowedAddresses, allowed)
	}
	if b.ExtraCA != "" {
		text, err := os.ReadFile(b.ExtraCA)
		if err != nil {
			return mistakef("FEDHUB_EXTRA_CA cannot be read: %v", err)
		}
		if config.ExtraCA = text; len(strings.TrimSpace(string(text))) == 0 {
			return mistakef("the file %s of FEDHUB_EXTRA_CA is empty; write the certificates into it, as PEM", b.ExtraCA)
		}
	}
	return nil
}

// secretAddress is the address of a server, from a variable or from the file that
// another variable names. It contains a password, so there is no flag for it.
func secretAddress(env map[string]string, name, what string) (string, error) {
	address, file := strings.TrimSpace(env[name]), strings.TrimSpace(env[name+"_FILE"])
	switch {
	case file == "":
		return address, nil
	case address != "":
		return "", mistakef("%s and %s_FILE are both set; remove one of them", name, name)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", mistakef("%s_FILE cannot be read: %v", name, err)
	}
	if address = strings.TrimSpace(string(text)); address == "" {
		return "", mistakef("the file %s of %s_FILE is empty; write %s into it", file, name, what)
	}
	return address, nil
}

// words splits a list at commas, semicolons and spaces.
func words(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}

// databaseAddress finds the address of the database.
func (b *base) databaseAddress(env map[string]string) error {
	file := strings.TrimSpace(env["FEDHUB_DATABASE_FILE"])
	if file != "" && strings.TrimSpace(env["FEDHUB_DATABASE"]) != "" {
		return mistake("FEDHUB_DATABASE and FEDHUB_DATABASE_FILE are both set; remove one of them")
	}
	if b.Database == "" && file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return mistakef("FEDHUB_DATABASE_FILE cannot be read: %v", err)
		}
		if b.Database = strings.TrimSpace(string(text)); b.Database == "" {
			return mistakef("the file %s of FEDHUB_DATABASE_FILE is empty; write the database's address into it", file)
		}
	}
	if b.Database == "" {
		b.Database = defaultDatabase
	}
	if err := database.Check(b.Database); err != nil {
		return mistakef("FEDHUB_DATABASE %v", err)
	}
	return nil
}

// secretKey finds the key, and creates one beside a database file.
func (b *base) secretKey(env map[string]string) ([]byte, error) {
	text, fromEnv := env["FEDHUB_SECRET_KEY"], strings.TrimSpace(env["FEDHUB_SECRET_KEY_FILE"])
	typed := b.SecretKeyFile != "" && b.SecretKeyFile != fromEnv
	switch {
	case text != "" && fromEnv != "" && !typed:
		return nil, mistake("FEDHUB_SECRET_KEY and FEDHUB_SECRET_KEY_FILE are both set; remove one of them")
	case b.SecretKeyFile != "":
		return keyFromFile(b.SecretKeyFile)
	case text != "":
		key, err := database.ParseKey(text)
		if err != nil {
			return nil, mistakef("FEDHUB_SECRET_KEY %v", err)
		}
		return key, nil
	case database.IsMongoDB(b.Database):
		return nil, mistake("FEDHUB_SECRET_KEY is not set, and a hub on MongoDB needs it; create a key with: openssl rand -base64 32, and set the same key for every process")
	}
	key, err := database.SecretKey(b.Database)
	return key, keyError(err, b.Database)
}

// openKeyFile is the key file if other users can read it, else empty. Clusters
// mount secrets like that, so it is a warning and no error.
func (b *base) openKeyFile(env map[string]string) string {
	path := b.SecretKeyFile
	if path == "" && env["FEDHUB_SECRET_KEY"] == "" && !database.IsMongoDB(b.Database) {
		path = database.KeyPath(b.Database)
	}
	if path != "" && database.ReadByOthers(path) {
		return path
	}
	return ""
}

func keyFromFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, mistakef("FEDHUB_SECRET_KEY_FILE cannot be read: %v", err)
	}
	key, err := database.ParseKey(string(text))
	if err != nil {
		return nil, mistakef("the file %s of FEDHUB_SECRET_KEY_FILE %v", path, err)
	}
	return key, nil
}

// address is where to listen.
func (s *server) address(public string) (host string, port int, err error) {
	if s.Listen != "" {
		return splitListen(s.Listen)
	}
	u, err := url.Parse(public)
	if err != nil || !onLoopback(u.Hostname()) {
		return "", defaultPort, nil
	}
	if u.Port() == "" {
		return u.Hostname(), map[string]int{"http": 80, "https": 443}[u.Scheme], nil
	}
	port, err = strconv.Atoi(u.Port())
	return u.Hostname(), port, err
}

func onLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && addr.IsLoopback())
}

func splitListen(address string) (string, int, error) {
	host, text, err := net.SplitHostPort(address)
	port, perr := strconv.ParseUint(text, 10, 16)
	if err != nil || perr != nil {
		return "", 0, mistakef(`FEDHUB_LISTEN is %q; it must be an address and a port, like ":8080" or "127.0.0.1:8080"`, address)
	}
	return host, int(port), nil
}

// listenPort is the port of FEDHUB_LISTEN, or the default.
func listenPort(address string) (int, error) {
	if address = strings.TrimSpace(address); address == "" {
		return defaultPort, nil
	}
	_, port, err := splitListen(address)
	if port == 0 && err == nil {
		return 0, mistake("FEDHUB_LISTEN asks for a free port; set FEDHUB_URL to the hub's public URL too")
	}
	return port, err
}

// proxies reads address ranges, and single addresses, between commas or spaces.
func (s *server) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, word := range words(s.TrustedProxies) {
		prefix, err := addressRange(word)
		if err != nil {
			return nil, mistakef(`FEDHUB_TRUSTED_PROXIES contains %q, which is not an address range; write it like "10.0.0.0/8, 192.0.2.7"`, word)
		}
		all = append(all, prefix)
	}
	return all, nil
}

// logger writes to w.
func (s *server) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	switch s.LogLevel {
	case "debug", "info", "warn", "error":
		if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
			return nil, err
		}
	case "":
	default:
		return nil, mistakef("FEDHUB_LOG_LEVEL is %q; it must be debug, info, warn or error", s.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch {
	case s.LogFormat == "json", s.LogFormat == "" && !isTerminal(w):
		return slog.New(slog.NewJSONHandler(w, options)), nil
	case s.LogFormat == "text", s.LogFormat == "":
		return slog.New(slog.NewTextHandler(w, options)), nil
	}
	return nil, mistakef("FEDHUB_LOG_FORMAT is %q; it must be text or json", s.LogFormat)
}

// patience reads the times of the shutdown.
func (s *server) patience() (delay, timeout time.Duration, err error) {
	if delay, err = span("FEDHUB_SHUTDOWN_DELAY", s.ShutdownDelay, 0); err != nil {
		return 0, 0, err
	}
	timeout, err = span("FEDHUB_SHUTDOWN_TIMEOUT", s.ShutdownTimeout, 10*time.Second)
	return delay, timeout, err
}

func span(name, text string, usual time.Duration) (time.Duration, error) {
	if text == "" {
		return usual, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > time.Hour {
		return 0, mistakef(`%s is %q; it must be a time of up to an hour, like "10s"`, name, text)
	}
	return d, nil
}
