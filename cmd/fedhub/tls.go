package main

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/url"
	"os"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/serving"
)

// tls is how the hub serves TLS itself; nil if it does not.
func (s *server) tls(log *slog.Logger) (*tls.Config, error) {
	switch {
	case s.TLSCert == "" && s.TLSKey == "":
		return nil, nil //nolint:nilnil // no TLS is one of the two answers
	case s.TLSKey == "":
		return nil, mistake("FEDHUB_TLS_CERT is set and FEDHUB_TLS_KEY is not; set it to the file with the private key")
	case s.TLSCert == "":
		return nil, mistake("FEDHUB_TLS_KEY is set and FEDHUB_TLS_CERT is not; set it to the file with the certificate")
	}
	var host string
	if u, err := url.Parse(s.MTLSURL); err == nil {
		host = u.Hostname()
	}
	config, err := serving.TLS{Cert: s.TLSCert, Key: s.TLSKey, ClientHost: host, Log: log}.Config()
	if err != nil {
		return nil, mistakef("FEDHUB_TLS_CERT and FEDHUB_TLS_KEY cannot be used: %v", err)
	}
	return config, nil
}

// clientCAs are whose certificates say who a client is; nil for nobody's.
func (s *server) clientCAs() (*x509.CertPool, error) {
	if s.TLSClientCA == "" {
		return nil, nil //nolint:nilnil // nobody is one of the answers
	}
	text, err := os.ReadFile(s.TLSClientCA)
	if err != nil {
		return nil, mistakef("FEDHUB_TLS_CLIENT_CA cannot be read: %v", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, mistakef("FEDHUB_TLS_CLIENT_CA names %s, which holds no certificate in PEM", s.TLSClientCA)
	}
	return pool, nil
}
