package main

import "testing"

func TestATraceIsAskedForByItsReference(t *testing.T) {
	s := newShell(t)
	s.must("trace")
	s.run("trace", "K7Q2-M4XD").fails(1, "no trace with the reference K7Q2-M4XD")
	s.run("trace", "nothing that people read out").fails(1, "no trace")
	var now struct {
		Traces string
		Days   int `json:"trace_days"`
		Audit  int `json:"audit_days"`
	}
	s.must("settings", "show", "--json").json(&now)
	if now.Traces != "failures" || now.Days != 14 || now.Audit != 90 {
		t.Errorf("got %+v", now)
	}
	s.must("settings", "set", "--traces", "all", "--trace-days", "3", "--json").json(&now)
	if now.Traces != "all" || now.Days != 3 {
		t.Errorf("got %+v", now)
	}
	s.must("settings", "set", "--audit-days", "0", "--json").json(&now)
	if now.Audit != 0 {
		t.Errorf("events for ever: got %+v", now)
	}
	s.run("settings", "set", "--audit-days", "9999").fails(2, "3650 days")
	s.run("settings", "set", "--traces", "some").fails(2, "--traces")
	s.run("settings", "set", "--trace-days", "9999").fails(2, "366 days")
}
