package main

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/url"
	"os"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/serving"
)

// tls is the configuration for serving TLS; nil if the hub does not.
func (s *server) tls(log *slog.Logger) (*tls.Config, error) {
	switch {
	case s.TLSCert == "" && s.TLSKey == "":
		return nil, nil //nolint:nilnil // nil means no TLS
	case s.TLSKey == "":
		return nil, mistake("FEDHUB_TLS_CERT is set without FEDHUB_TLS_KEY; set FEDHUB_TLS_KEY to the file with the private key")
	case s.TLSCert == "":
		return nil, mistake("FEDHUB_TLS_KEY is set without FEDHUB_TLS_CERT; set FEDHUB_TLS_CERT to the file with the certificate")
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

// clientCAs are the authorities for client certificates; nil for none.
func (s *server) clientCAs() (*x509.CertPool, error) {
	if s.TLSClientCA == "" {
		return nil, nil //nolint:nilnil // nil means none
	}
	text, err := os.ReadFile(s.TLSClientCA)
	if err != nil {
		return nil, mistakef("FEDHUB_TLS_CLIENT_CA cannot be read: %v", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, mistakef("the file %s of FEDHUB_TLS_CLIENT_CA contains no certificate in PEM; write the certificates into it", s.TLSClientCA)
	}
	return pool, nil
}
