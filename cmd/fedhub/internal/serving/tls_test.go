package serving

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// writePair makes a certificate with this serial number and puts it into the files.
func writePair(t *testing.T, folder string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"id.test", "mtls.test"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(folder, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	put(t, filepath.Join(folder, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

func put(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// connect does a handshake and returns the server's certificate and whether the
// server requested a client certificate.
func connect(t *testing.T, port int, host string, change ...func(*tls.Config)) (state tls.ConnectionState, asked bool, err error) {
	t.Helper()
	config := &tls.Config{ServerName: host, InsecureSkipVerify: true} //nolint:gosec // the test's own server
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		return &tls.Certificate{}, nil
	}
	for _, edit := range change {
		edit(config)
	}
	conn, err := tls.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), config)
	if err != nil {
		return tls.ConnectionState{}, false, err
	}
	defer conn.Close()
	return conn.ConnectionState(), asked, nil
}

func startTLS(t *testing.T, settings TLS) int {
	t.Helper()
	config, err := settings.Config()
	if err != nil {
		t.Fatal(err)
	}
	l, err := Loopback(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	server := StartTLS(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto) //nolint:errcheck // it is read below
	}), slog.New(slog.DiscardHandler), config)
	t.Cleanup(func() { server.Stop(context.Background()) }) //nolint:errcheck // nothing is under way
	return l.Port
}

func TestTheCertificateIsReadAgainWhenItChanges(t *testing.T) {
	folder := t.TempDir()
	writePair(t, folder, 1)
	now := time.Now()
	port := startTLS(t, TLS{Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem"), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	shows := func(want int64) {
		t.Helper()
		state, _, err := connect(t, port, "id.test")
		if err != nil {
			t.Fatal(err)
		}
		if got := state.PeerCertificates[0].SerialNumber.Int64(); got != want {
			t.Errorf("got certificate %d, want %d", got, want)
		}
	}
	shows(1)
	put(t, filepath.Join(folder, "key.pem"), []byte("half written"))
	now = now.Add(lookEvery)
	shows(1)
	writePair(t, folder, 22)
	shows(1) // the files are not checked for every connection
	now = now.Add(lookEvery)
	shows(22)
}

func TestTLSIsModern(t *testing.T) {
	folder := t.TempDir()
	writePair(t, folder, 1)
	port := startTLS(t, TLS{Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem"), Log: slog.New(slog.DiscardHandler)})
	if _, _, err := connect(t, port, "id.test", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 }); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	if _, _, err := connect(t, port, "id.test", func(c *tls.Config) {
		c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
	}); err == nil {
		t.Error("a weak cipher was accepted")
	}
	state, asked, err := connect(t, port, "id.test", func(c *tls.Config) { c.NextProtos = []string{"h2"} })
	if err != nil || state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "h2" || !asked {
		t.Errorf("got version %x, %q, asked for a certificate: %v, %v", state.Version, state.NegotiatedProtocol, asked, err)
	}
}

func TestOnlyTheHostForClientsAsksForACertificate(t *testing.T) {
	folder := t.TempDir()
	writePair(t, folder, 1)
	port := startTLS(t, TLS{Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem"), ClientHost: "mtls.test", Log: slog.New(slog.DiscardHandler)})
	for host, want := range map[string]bool{"id.test": false, "mtls.test": true, "": false} {
		if _, asked, err := connect(t, port, host); err != nil || asked != want {
			t.Errorf("%q: asked %v, %v", host, asked, err)
		}
	}
}

func TestFilesThatAreNoCertificateAreRefusedAtTheStart(t *testing.T) {
	folder := t.TempDir()
	writePair(t, folder, 1)
	put(t, filepath.Join(folder, "key.pem"), []byte("nonsense"))
	if _, err := (TLS{Cert: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem")}).Config(); err == nil {
		t.Error("no error")
	}
}
