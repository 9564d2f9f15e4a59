package main

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/web/guard"

	"github.com/fedhub/fedhub/hub/web"
)

func TestLimitsAreReadOrNamed(t *testing.T) {
	got, err := (&limits{SignIns: "600/100ms", Failures: " 5 / 2s ", Large: "203.0.113.7, 198.51.100.0/24=50; 2001:db8::/48"}).read()
	want := guard.Limits{
		SignIns: web.Rate{Burst: 600, Every: 100 * time.Millisecond}, Failures: web.Rate{Burst: 5, Every: 2 * time.Second},
		Large: web.Networks{{Prefix: netip.MustParsePrefix("203.0.113.7/32"), Times: 10}, {Prefix: netip.MustParsePrefix("198.51.100.0/24"), Times: 50}, {Prefix: netip.MustParsePrefix("2001:db8::/48"), Times: 10}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"60", "0/1s", "-1/1s", "60/0s", "60/1", "60/2h", "many/1s", "/1s"} {
		if _, err := (&limits{Begins: bad}).read(); err == nil || !strings.Contains(err.Error(), "FEDHUB_LIMIT_BEGINS") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, bad := range []string{"office", "203.0.113.7=", "203.0.113.7=0", "203.0.113.7=x", "203.0.113.0/33"} {
		if _, err := (&limits{Large: bad}).read(); err == nil || !strings.Contains(err.Error(), "FEDHUB_LARGE_NETWORKS") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
