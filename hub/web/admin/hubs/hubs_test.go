package hubs

import (
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/health"
)

func TestAHubThatIsLetInAndWarnedOfNeedsAttentionOnTheMap(t *testing.T) {
	c := clients.Client{Server: &clients.FederatedHub{Host: "below.example", State: clients.Active}}
	if got := mapServer(c, nil).State.Text; got.English() != "Active" {
		t.Errorf("without warnings it is %q", got.English())
	}
	warned := []health.Warning{{}}
	if got := mapServer(c, warned).State.Text; got.English() != "Needs attention" {
		t.Errorf("with a warning it is %q", got.English())
	}
	c.Server.State = clients.Suspended
	if got := mapServer(c, warned).State.Text; got.English() != "Suspended" {
		t.Errorf("suspended it is %q", got.English())
	}
}
