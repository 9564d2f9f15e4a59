package serving

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// TLS is the configuration of TLS for a port.
type TLS struct {
	Cert, Key string // files in PEM; they are read again when they change
	// ClientHost is the only host name at which the server requests a client
	// certificate; empty for every name. Browsers ask users for a certificate then.
	ClientHost string
	Log        *slog.Logger
	Now        func() time.Time // time.Now if nil
}

// Config reads the files and returns the configuration: TLS 1.2 with forward
// secrecy and authenticated encryption, or TLS 1.3 (RFC 9325 §4.2).
//
// A client may present any certificate or none. The handshake proves that it has
// the key; whether the certificate is accepted is decided for each application.
func (t TLS) Config() (*tls.Config, error) {
	if t.Now == nil {
		t.Now = time.Now
	}
	pair := &pair{TLS: t}
	if err := pair.read(); err != nil {
		return nil, err
	}
	plain := &tls.Config{
		GetCertificate: pair.current,
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		CipherSuites: []uint16{ // of TLS 1.2; those of TLS 1.3 are all good
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}
	asking := plain.Clone()
	asking.ClientAuth = tls.RequestClientCert
	if t.ClientHost == "" {
		return asking, nil
	}
	plain.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if strings.EqualFold(hello.ServerName, t.ClientHost) {
			return asking, nil
		}
		return nil, nil //nolint:nilnil // crypto/tls wants that for "this one"
	}
	return plain, nil
}

// lookEvery is the minimum time between two checks of the files.
const lookEvery = 5 * time.Second

// A pair is the certificate and key of the files.
type pair struct {
	TLS

	mu     sync.Mutex
	held   *tls.Certificate
	stamp  string    // of the files that were read
	looked time.Time // time of the last check
}

// current returns the certificate of the files, or the one before if they cannot
// be used.
func (p *pair) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.Now(); now.Sub(p.looked) >= lookEvery {
		p.looked = now
		if p.changed() {
			if err := p.load(); err != nil {
				p.Log.Error("the new TLS certificate cannot be used; the hub keeps the old one", "error", err)
			} else {
				p.Log.Info("the new TLS certificate is in use")
			}
		}
	}
	return p.held, nil
}

func (p *pair) read() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looked = p.Now()
	return p.load()
}

func (p *pair) changed() bool { return p.files() != p.stamp }

// files identifies a state of the files.
func (p *pair) files() string {
	var stamp strings.Builder
	for _, name := range []string{p.Cert, p.Key} {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&stamp, "%d %d ", info.ModTime().UnixNano(), info.Size())
		}
	}
	return stamp.String()
}

// load notes the state of the files before it reads them, so that a change during
// the reading is seen the next time.
func (p *pair) load() error {
	stamp := p.files()
	certificate, err := tls.LoadX509KeyPair(p.Cert, p.Key)
	p.stamp = stamp
	if err != nil {
		return err
	}
	p.held = &certificate
	return nil
}
