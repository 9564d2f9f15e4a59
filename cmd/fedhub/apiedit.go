package main

import (
	"context"
	"time"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/clients/apis"
)

// apiFlags are the settings of an API.
type apiFlags struct {
	Name     string        `placeholder:"NAME" help:"Name of the API. Users see it when an application asks for access."`
	Scope    []string      `sep:"none" placeholder:"SCOPE" help:"Scope with the sentence that users read, like \"files:read = Read your files\". Replaces all scopes. May be repeated."`
	Format   string        `enum:",jwt,opaque" default:"" placeholder:"FORMAT" help:"Format of its access tokens: jwt or opaque. --format= leaves it to the application."`
	Lifetime time.Duration `placeholder:"DURATION" help:"Lifetime of its access tokens, from 1m to 1h. 0 means the usual one."`
	Access   string        `enum:",named,any,registered" default:"" placeholder:"WHO" help:"Applications that may ask for tokens: named (those that it is granted to), any (every application that an administrator added) or registered (also those that registered themselves)."`
}

// write applies the flags that were typed.
func (f *apiFlags) write(typed given, e *apis.Edit) {
	if typed[&f.Name] {
		e.Name = f.Name
	}
	if typed[&f.Scope] {
		e.Scopes = apis.ReadScopes(f.Scope)
	}
	if typed[&f.Format] {
		e.Format = f.Format
	}
	if typed[&f.Lifetime] {
		e.Life = f.Lifetime
	}
	if typed[&f.Access] {
		e.Access = apis.Access(f.Access)
	}
}

type apiAddCmd struct {
	Identifier string `arg:"" help:"Address of the API, like https://api.example.org: what applications send as resource, and the audience of its tokens."`
	apiFlags   `embed:""`
	format     `embed:""`
	base       `embed:""`
}

// Run adds an API.
func (a *apiAddCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	return a.with(ctx, c, func(o *opened) error {
		e := apis.Edit{Name: a.Identifier}
		a.write(givenIn(k), &e)
		added, err := o.AddAPI(ctx, c.operator(), a.Identifier, e)
		if err != nil {
			return err
		}
		return a.printAPI(c, added, "The API %s was added.")
	})
}

type apiUpdateCmd struct {
	ofAPI    `embed:""`
	apiFlags `embed:""`
}

// Help explains what the flags do.
func (*apiUpdateCmd) Help() string { return "Flags that you leave out change nothing." }

// Run changes an API.
func (u *apiUpdateCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, a apis.API) error {
		e := apis.EditOf(a)
		u.write(givenIn(k), &e)
		changed, err := o.ChangeAPI(ctx, c.operator(), a.ID, a.Edited, e)
		if err != nil {
			return err
		}
		return u.printAPI(c, changed, "The API %s was changed.")
	})
}
