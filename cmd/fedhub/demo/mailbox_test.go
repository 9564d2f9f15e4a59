package demo_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/demo"
)

func page(t *testing.T, address string) (string, http.Header) {
	t.Helper()
	resp, err := http.Get(address) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return string(body), resp.Header
}

// A stranger sees the emails that the hubs send, in frames that can do nothing.
func TestTheMailboxShowsWhatTheHubsSend(t *testing.T) {
	s := newStage(t)
	address := s.App.URL + demo.MailboxPath
	if empty, _ := page(t, address); !strings.Contains(empty, "No emails yet") {
		t.Errorf("at first: %s", empty)
	}
	for range 2 { // the second time in a browser that the account does not know
		b := newBrowser(t)
		b.open(s.Primary.URL + "/account")
		b.press("Sign in", url.Values{"email": {s.People[0].Email}, "password": {s.People[0].Password}})
	}
	deadline := time.After(20 * time.Second)
	for {
		shown, header := page(t, address)
		if strings.Contains(shown, "New sign-in to your account at Primary hub") {
			if !strings.Contains(shown, `sandbox="allow-popups allow-popups-to-escape-sandbox"`) || !strings.Contains(shown, "/wasnt-me/account?token=") {
				t.Errorf("the mailbox: %s", shown)
			}
			if strings.Contains(shown, "<script") || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("headers %v: %s", header, shown)
			}
			return
		}
		select {
		case <-deadline:
			t.Fatalf("no email came: %s", shown)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// The second factor is real: the code on the page is what the hub asks for.
func TestTheAuthenticatorShowsARealSecondFactor(t *testing.T) {
	s := newStage(t)
	b := newBrowser(t)
	b.open(s.Primary.URL + "/account")
	b.press("Sign in", url.Values{"email": {s.People[2].Email}, "password": {s.People[2].Password}})
	b.sees(s.Primary.URL+"/signin/second", "authenticator app")
	shown, _ := page(t, s.App.URL+demo.AuthenticatorPath)
	code := regexp.MustCompile(`id="code">(\d{3}) (\d{3})<`).FindStringSubmatch(shown)
	if code == nil || !strings.Contains(shown, "Alan Turing") {
		t.Fatalf("the page: %s", shown)
	}
	b.press("Verify", url.Values{"code": {code[1] + code[2]}})
	b.sees(s.Primary.URL+"/account", "alan@demo.example")
}
