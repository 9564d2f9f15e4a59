package settings

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
)

// A voucher is one line: the issuer, the address of its keys, the login key of
// the users that it may assert, and the clients that may present its
// assertions, separated by commas.
const voucherWords = 4

// VouchersFor returns the trusted issuers for this client (RFC 7523 §2.1).
func (s Settings) VouchersFor(clientID string) []clientauth.TrustedIssuer {
	var out []clientauth.TrustedIssuer
	for _, line := range s.Vouchers {
		words := strings.Fields(line)
		if len(words) == voucherWords && slices.Contains(strings.Split(words[3], ","), clientID) {
			out = append(out, clientauth.TrustedIssuer{Issuer: words[0], JWKSURI: words[1], LoginKey: words[2]})
		}
	}
	return out
}

// ForgetClient removes a deleted client from the vouchers, and vouchers without
// any other client.
func (k *Service) ForgetClient(ctx context.Context, clientID string) error {
	current, err := k.Current(ctx)
	if err != nil || len(current.VouchersFor(clientID)) == 0 {
		return err
	}
	return k.Change(ctx, "", func(s *Settings) { s.dropVoucherClient(clientID) })
}

func (s *Settings) dropVoucherClient(clientID string) {
	var lines []string
	for _, line := range s.Vouchers {
		words := strings.Fields(line)
		if len(words) == voucherWords {
			left := slices.DeleteFunc(strings.Split(words[3], ","), func(id string) bool { return id == clientID })
			if len(left) == 0 {
				continue
			}
			words[3] = strings.Join(left, ",")
		}
		lines = append(lines, strings.Join(words, " "))
	}
	s.Vouchers = lines
}

func (s *Settings) tidyVouchers() {
	var lines []string
	for _, line := range s.Vouchers {
		if words := strings.Fields(line); len(words) > 0 {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	s.Vouchers = lines
}

func (s *Settings) voucherProblems() forms.Problems {
	for _, line := range s.Vouchers {
		words := strings.Fields(line)
		ok := len(words) == voucherWords
		if ok {
			u, err := url.Parse(words[1])
			ok = err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
		}
		if !ok {
			return forms.New("vouchers", "settings.voucher.bad", "line", line)
		}
	}
	return nil
}
