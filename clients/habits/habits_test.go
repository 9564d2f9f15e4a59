package habits

import (
	"testing"
	"time"
)

// Repeated behavior of a client is stored once a day, not with each request.
func TestTheSameThingIsNotedOnceADay(t *testing.T) {
	var h Habits
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if !h.Saw(Body, now) || h.Saw(Body, now.Add(time.Hour)) {
		t.Error("the first time is noted, the second is not")
	}
	if !h.Saw(Header, now.Add(time.Hour)) {
		t.Error("another thing was not noted")
	}
	if !h.Saw(Body, now.Add(Every)) || h.Body != now.Add(Every) {
		t.Error("a day later it was not noted again")
	}
	if h.Saw(Place("private_key_jwt"), now) {
		t.Error("what is no habit was noted")
	}
}
