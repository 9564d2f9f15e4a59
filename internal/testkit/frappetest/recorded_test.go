package frappetest

import "testing"

func TestEveryRecordingIsRead(t *testing.T) {
	all := Recorded(t, "*")
	if len(all) < 800 {
		t.Errorf("only %d exchanges were read", len(all))
	}
	for _, e := range all {
		if e.Method == "" || e.Target == "" || e.Status < 200 || e.Name == "" || e.From == "" {
			t.Errorf("%s, %s: read as %+v", e.File, e.Name, e)
		}
	}
}
