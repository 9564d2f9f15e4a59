package settings

import (
	"context"
	"net"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/internal/forms"
)

// BreachedBase is the base address of the service for breached passwords; empty
// if none is asked.
func (k *Service) BreachedBase(ctx context.Context) (string, error) {
	s, err := k.Current(ctx)
	return s.BreachedURL, err
}

// tidyBreached lets the address end where the prefix of a hash is added.
func (s *Settings) tidyBreached() {
	s.BreachedURL = strings.TrimSpace(s.BreachedURL)
	if s.BreachedURL != "" && !strings.HasSuffix(s.BreachedURL, "/") {
		s.BreachedURL += "/"
	}
}

// breachedProblems allows https. On this machine's loopback address nobody else
// reads along, so plain http is allowed there.
func (s Settings) breachedProblems() forms.Problems {
	if s.BreachedURL == "" {
		return nil
	}
	u, err := url.Parse(s.BreachedURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery ||
		u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return forms.New("breached_url", "settings.breached_url.bad")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
