package hubs

import (
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/health"
)

func TestAHubThatIsLetInAndWarnedOfNeedsAttentionOnTheMap(t *testing.T) {
	c := clients.Client{Server: &clients.FederatedHub{Host: "below.example", State: clients.Active}}
	if got := mapServer(c, nil).State.Text; got != "Active" {
		t.Errorf("without warnings it is %q", got)
	}
	warned := []health.Warning{{}}
	if got := mapServer(c, warned).State.Text; got != "Needs attention" {
		t.Errorf("with a warning it is %q", got)
	}
	c.Server.State = clients.Suspended
	if got := mapServer(c, warned).State.Text; got != "Suspended" {
		t.Errorf("suspended it is %q", got)
	}
}
