package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

type healthcheckCmd struct {
	URL    string `setting:"FEDHUB_URL" placeholder:"URL" group:"Settings" help:"Public URL of the hub. Only its port is used, and only if the host is localhost."`
	Listen string `setting:"FEDHUB_LISTEN" placeholder:"ADDRESS" group:"Settings" help:"Address and port on which the hub serves."`
	Cert   string `name:"tls-cert" setting:"FEDHUB_TLS_CERT" placeholder:"PATH" group:"Settings" help:"Set if the hub serves TLS itself."`
}

// Run asks the hub on this machine whether it is ready. It opens no database and
// checks no other setting.
func (h *healthcheckCmd) Run(ctx context.Context, _ *console) error {
	host, port, err := (&server{Listen: h.Listen}).address(h.URL)
	if err != nil {
		return err
	}
	if addr, err := netip.ParseAddr(host); host == "" || (err == nil && addr.IsUnspecified()) {
		host = "localhost" // it serves on every address
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	scheme, client := "http://", direct()
	if h.Cert != "" {
		scheme = "https://"
		// The certificate is for the public name, and nothing secret is sent or
		// read.
		client.Transport = &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // see above
	}
	address := scheme + net.JoinHostPort(host, strconv.Itoa(port)) + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		if call, ok := errors.AsType[*url.Error](err); ok {
			err = call.Err // without the address, which is said already
		}
		return fmt.Errorf("the hub does not answer at %s; check that it is running (%w)", address, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New("the hub is not ready: " + answer.Status)
	}
	return nil
}
