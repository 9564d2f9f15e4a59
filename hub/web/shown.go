package web

import (
	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/templates"
)

// Shown is a client as pages name it. A hub has its host and the name that an
// administrator confirmed, never a name that was not checked here.
func Shown(c clients.Client) templates.Client {
	shown := templates.Client{
		Name: c.Name, Host: c.Host(), SelfDeclared: c.SelfDeclared(), Server: c.Server != nil,
		Logo: c.Logo(), Terms: c.TosURI, Policy: c.PolicyURI,
	}
	if shown.Server && c.Server.DisplayName != "" {
		shown.Name, shown.SelfDeclared = c.Server.DisplayName, false
	}
	return shown
}
