package main

import "testing"

func TestMemoryIsGivenBackAtRest(t *testing.T) {
	const mb = 1 << 20
	for name, row := range map[string]struct {
		needed, before, now reading
		want                bool
	}{
		"after a start":      {reading{}, reading{}, reading{12 * mb, 2}, true},
		"nothing to gain":    {reading{10 * mb, 3}, reading{10 * mb, 3}, reading{14 * mb, 3}, false},
		"after sign-ins":     {reading{10 * mb, 3}, reading{90 * mb, 30}, reading{90 * mb, 31}, true},
		"while people do so": {reading{10 * mb, 3}, reading{90 * mb, 30}, reading{90 * mb, 60}, false},
	} {
		if got := spare(row.needed, row.before, row.now); got != row.want {
			t.Errorf("%s: got %v, want %v", name, got, row.want)
		}
	}
	if r := read(); r.held == 0 {
		t.Errorf("the runtime says nothing: %+v", r)
	}
}
