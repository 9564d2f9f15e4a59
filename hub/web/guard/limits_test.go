package guard

import (
	"net/netip"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/web"
)

func TestLimitsHaveDefaults(t *testing.T) {
	got, err := Limits{SignIns: web.Rate{Burst: 5}}.WithDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if want := (web.Rate{Burst: 5, Every: time.Second}); got.SignIns != want {
		t.Errorf("sign-ins: got %+v, want %+v", got.SignIns, want)
	}
	for name, r := range map[string]web.Rate{"begins": got.Begins, "secrets": got.Secrets, "fetches": got.Fetches, "registrations": got.Registrations, "failures": got.Failures} {
		if r.Burst == 0 || r.Every == 0 {
			t.Errorf("%s have no limit", name)
		}
	}
}

func TestLimitsThatMakeNoSenseAreRefused(t *testing.T) {
	network := netip.MustParsePrefix("203.0.113.0/24")
	for what, l := range map[string]Limits{
		"a negative burst":            {SignIns: web.Rate{Burst: -1}},
		"a negative pause":            {Failures: web.Rate{Every: -time.Second}},
		"a network that is none":      {Large: web.Networks{{Times: 2}}},
		"a network without allowance": {Large: web.Networks{{Prefix: network}}},
		"a network with too much":     {Large: web.Networks{{Prefix: network, Times: mostTimes + 1}}},
	} {
		if _, err := l.WithDefaults(); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}
