package main

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/web/guard"

	"github.com/fedhub/fedhub/hub/web"
)

// limits are the rate limits of "fedhub serve".
type limits struct {
	SignIns       string `name:"limit-sign-ins" setting:"FEDHUB_LIMIT_SIGN_INS" placeholder:"N/TIME" group:"Limits" help:"Passwords, codes and links that one network may try: N at once, then one every TIME. A network is a /24 of IPv4 or a /56 of IPv6. Default: 60/1s."`
	Begins        string `name:"limit-begins" setting:"FEDHUB_LIMIT_BEGINS" placeholder:"N/TIME" group:"Limits" help:"Sign-ins that one network may start. Default: 2000/50ms."`
	Secrets       string `name:"limit-secrets" setting:"FEDHUB_LIMIT_SECRETS" placeholder:"N/TIME" group:"Limits" help:"Wrong secrets of one application from one network. Default: 100/1s."`
	Fetches       string `name:"limit-fetches" setting:"FEDHUB_LIMIT_FETCHES" placeholder:"N/TIME" group:"Limits" help:"Requests to other hubs and applications that one network may cause. Default: 30/2s."`
	Registrations string `name:"limit-registrations" setting:"FEDHUB_LIMIT_REGISTRATIONS" placeholder:"N/TIME" group:"Limits" help:"Applications that may register themselves from one network. Default: 200/5s."`
	Failures      string `name:"limit-failures" setting:"FEDHUB_LIMIT_FAILURES" placeholder:"N/TIME" group:"Limits" help:"Wrong passwords of all users together, in each process. Above this limit, browsers and networks without an earlier sign-in must wait. Default: 600/200ms."`
	Large         string `name:"large-networks" setting:"FEDHUB_LARGE_NETWORKS" placeholder:"CIDR[=TIMES],…" group:"Limits" help:"Networks with many users, like an office behind one address. Each has its own limits, which are TIMES as high. Default for TIMES: 10."`
}

// read checks the limits and turns them into the hub's configuration.
func (l *limits) read() (guard.Limits, error) {
	var out guard.Limits
	for _, row := range []struct {
		name, text string
		rate       *web.Rate
	}{
		{"FEDHUB_LIMIT_SIGN_INS", l.SignIns, &out.SignIns},
		{"FEDHUB_LIMIT_BEGINS", l.Begins, &out.Begins},
		{"FEDHUB_LIMIT_SECRETS", l.Secrets, &out.Secrets},
		{"FEDHUB_LIMIT_FETCHES", l.Fetches, &out.Fetches},
		{"FEDHUB_LIMIT_REGISTRATIONS", l.Registrations, &out.Registrations},
		{"FEDHUB_LIMIT_FAILURES", l.Failures, &out.Failures},
	} {
		if row.text == "" {
			continue
		}
		burst, every, _ := strings.Cut(row.text, "/")
		n, nerr := strconv.Atoi(strings.TrimSpace(burst))
		d, derr := time.ParseDuration(strings.TrimSpace(every))
		if nerr != nil || derr != nil || n < 1 || n > 1_000_000 || d < time.Microsecond || d > time.Hour {
			return guard.Limits{}, mistakef(`%s is %q; it must be a number and a time of up to an hour, like "60/1s": 60 at once, then one every second`, row.name, row.text)
		}
		*row.rate = web.Rate{Burst: n, Every: d}
	}
	for _, word := range words(l.Large) {
		network, times, given := strings.Cut(word, "=")
		prefix, err := addressRange(network)
		n := 10
		if err == nil && given {
			n, err = strconv.Atoi(times)
		}
		if err != nil || n < 1 || n > 10_000 {
			return guard.Limits{}, mistakef(`FEDHUB_LARGE_NETWORKS contains %q; write it like "203.0.113.7, 198.51.100.0/24=20"`, word)
		}
		out.Large = append(out.Large, web.LargeNetwork{Prefix: prefix, Times: n})
	}
	return out, nil
}

// addressRange reads an address range, or a single address.
func addressRange(word string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(word)
	if err == nil {
		return prefix.Masked(), nil
	}
	addr, err := netip.ParseAddr(word)
	return netip.PrefixFrom(addr, addr.BitLen()), err
}
