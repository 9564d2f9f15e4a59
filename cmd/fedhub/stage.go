package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/fedhub/fedhub/cmd/fedhub/demo"
)

// A stage prints the demo on a terminal: first what to do, then what happens,
// line by line.
type stage struct {
	mu    sync.Mutex // hops come from many goroutines
	out   io.Writer
	paint paint
}

// A paint colours text if it is on.
type paint struct{ on bool }

// paintFor colours on a terminal only, and not with NO_COLOR (no-color.org).
func paintFor(c *console) paint {
	return paint{isTerminal(c.out) && c.env["NO_COLOR"] == "" && c.env["TERM"] != "dumb"}
}

func (p paint) as(code, text string) string {
	if !p.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p paint) bold(text string) string { return p.as("1", text) }
func (p paint) dim(text string) string  { return p.as("2", text) }
func (p paint) link(text string) string { return p.as("4;36", text) }

func (s *stage) open() {
	s.say("")
	s.say("  " + s.paint.bold("fedhub demo") + s.paint.dim("  two connected hubs and an application"))
	s.say("")
}

func (s *stage) say(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintln(s.out, line)
}

// explain describes the demo and what to click.
func (s *stage) explain(d *demo.Demo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.paint
	line := func(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

	line("")
	line("  %s  in %.1f s. Everything runs on this machine and is deleted at the end.", p.bold("Ready"), d.Took.Seconds())
	line("")
	const columns = "            %-18s%-21s%s"
	line("    you  →  %s     →  %s     →  %s", p.bold(d.App.Name), p.bold(d.Secondary.Name), p.bold(d.Primary.Name))
	line(columns, port(d.App.URL), port(d.Secondary.URL), port(d.Primary.URL))
	line(columns, "signs in by", "signs in by", "has the users")
	line(columns, "the secondary", "the primary", "Ada, Grace, Alan")
	line("")
	line("  %s", p.bold("What to click"))
	line("    1  Open %s and press %s.", p.link(d.App.URL), quoted("Sign in with "+d.Secondary.Name))
	line("    2  On the sign-in page of the secondary hub, press %s.", quoted("Continue with "+d.Primary.Name))
	line("    3  Sign in to the primary hub as Ada or Grace (see below).")
	line("    4  Press %s twice: once for the secondary hub, once for the application.", quoted("Allow"))
	line("    5  The application shows the claims that it received.")
	line("    6  Sign out of the primary hub: %s", p.link(d.Primary.URL+"/signout"))
	line("       Reload the application: you are signed out there too.")
	line("")
	line("  %s", p.bold("What else to try"))
	line("    A passkey         %s", p.link(d.Primary.URL+"/account/passkeys"))
	line("                      Sign in as Ada and add one. Sign out, and sign in with it.")
	line("    A second factor   Sign in as Alan. His codes: %s", p.link(d.App.URL+demo.AuthenticatorPath))
	line("    Emails            Whatever the hubs send arrives here: %s", p.link(d.App.URL+demo.MailboxPath))
	line("                      Sign in as Ada in a second browser, or forget her password.")
	line("")
	line("  %s%s", p.bold("Users of the primary hub"), p.dim("   with passwords for this demo"))
	for _, a := range d.People {
		s.account(a, "")
	}
	line("")
	line("  %s%s", p.bold("Administrators"), p.dim("   one for each hub"))
	s.account(d.Primary.Admin, d.Primary.URL+"/admin")
	s.account(d.Secondary.Admin, d.Secondary.URL+"/admin")
	line("")
	line("  %s%s", p.bold("Live log"), p.dim("   Ctrl-C ends the demo"))
	line("")
}

func (s *stage) account(a demo.Account, admin string) {
	fmt.Fprintf(s.out, "    %-24s  %s\n", a.Email, s.paint.bold(a.Password))
	if admin != "" {
		fmt.Fprintf(s.out, "    %-24s  %s\n", "", s.paint.link(admin))
	}
}

func port(address string) string {
	return address[strings.LastIndex(address, ":"):]
}

func quoted(text string) string { return "“" + text + "”" }

// hop writes one line: a call from one party to another, or an act of one party.
func (s *stage) hop(h demo.Hop) {
	const wide = len("secondary > secondary") + len("  ")
	who := h.From
	if h.To != "" {
		who += " → " + h.To
	}
	gap := strings.Repeat(" ", max(1, wide-utf8.RuneCountInString(who)))
	what := h.What
	if h.To == "" {
		what = s.paint.as("32", what)
	}
	s.say("  " + s.paint.dim(h.Time.Format("15:04:05")) + "  " + s.paint.as(colour(h.From), h.From) + strings.TrimPrefix(who, h.From) + gap + what)
}

// colour is the colour of a party's name.
func colour(party string) string {
	switch party {
	case "app":
		return "33"
	case "secondary":
		return "35"
	case "primary":
		return "34"
	}
	return "0"
}

func (s *stage) end() {
	s.say("")
	s.say("  The demo has ended. All its data is deleted.")
}
