package e2e_test

import "testing"

func tracePages(t *testing.T, o *tour) {
	s := newSite(t, "Head office")
	b := s.administrator()
	b.open(s.URL + "/oauth2/authorize?client_id=nobody&response_type=code&redirect_uri=https%3A%2F%2Fapp.example.org%2Fcallback")
	b.open(s.URL + "/admin/sign-in-log?failed=1&client=gone")
	o.stop(b, "traces: none that fits")
	b.open(s.URL + "/admin/sign-in-log")
	o.stop(b, "traces: some")
	b.press("#traces li:nth-child(1) a")
	o.stop(b, "trace: why it failed")
	b.open(s.URL + "/admin/sign-in-log")
	b.fill("#ref", "no reference")
	b.press("#find")
	o.stop(b, "traces: no reference")
	b.open(s.URL + "/admin/audit")
	b.click("#events li:nth-child(1) summary")
	o.stop(b, "audit: some")
	b.press("#events li:nth-child(1) details a")
	o.stop(b, "auditevent: the newest")
}
