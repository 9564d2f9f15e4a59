package hubtest

import "regexp"

// Operator is a browser with an administrator signed in.
func (w *World) Operator() *Browser {
	w.Helper()
	w.Person("root@example.org", "admin")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "root@example.org")
	return b
}

var SecretShown = regexp.MustCompile(`fhs_[A-Za-z0-9_-]+`)
