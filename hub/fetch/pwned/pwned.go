// Package pwned asks a service about breached passwords without sending it any:
// of the password's SHA-1 only the first 5 of 40 hex digits leave the hub, and
// the service returns all entries that begin with them (k-anonymity, the range
// search of Pwned Passwords).
package pwned

import (
	"bufio"
	"context"
	"crypto/sha1" //nolint:gosec // the service's format, and no protection
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// prefix is how many hex digits are sent.
const prefix = 5

// timeout bounds a question, because somebody waits for the answer.
const timeout = 2 * time.Second

// A Service asks about passwords.
type Service struct {
	Client *http.Client
	// Base returns the address that the prefix is added to; empty asks nothing.
	Base func(ctx context.Context) (string, error)
	Log  *slog.Logger
}

// Breached reports whether the service lists a password. If it does not answer,
// that is logged and the password counts as not listed: the list in the program
// applies anyway.
func (s *Service) Breached(ctx context.Context, password string) bool {
	base, err := s.Base(ctx)
	if err == nil && base == "" {
		return false
	}
	var found bool
	if err == nil {
		found, err = s.ask(ctx, base, password)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "could not ask the service for breached passwords; only the built-in list was used", "error", err)
	}
	return found
}

func (s *Service) ask(ctx context.Context, base, password string) (bool, error) {
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+digits[:prefix], nil)
	if err != nil {
		return false, err
	}
	req.Header.Set("Add-Padding", "true") // so that the answer's length says nothing about the prefix
	resp, err := s.Client.Do(req)
	if failed := new(url.Error); errors.As(err, &failed) {
		err = failed.Err // without the address, whose end is a part of the hash
	}
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return false, fmt.Errorf("it answered %s", resp.Status)
	}
	lines, found := bufio.NewScanner(resp.Body), false
	for lines.Scan() {
		rest, count, ok := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		if ok && strings.EqualFold(rest, digits[prefix:]) && strings.Trim(count, "0") != "" { // padding has a count of 0
			found = true
		}
	}
	return found, lines.Err()
}
