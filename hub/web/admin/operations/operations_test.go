package operations

import (
	"testing"
	"time"
)

func TestHowLongAStepTookIsShort(t *testing.T) {
	for took, want := range map[time.Duration]string{
		-time.Second: "0 ms", 12 * time.Millisecond: "12 ms", 1500 * time.Millisecond: "1.5 s", 61 * time.Second: "1 min 1 s",
	} {
		if got := briefly(took); got != want {
			t.Errorf("%s is %q, want %q", took, got, want)
		}
	}
}
