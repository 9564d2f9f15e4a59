package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/fedhub/fedhub/cmd/fedhub/demo"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/serving"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
)

type demoCmd struct {
	PrimaryPort   int    `default:"8080" placeholder:"PORT" help:"Port of the primary hub; 0 picks a free one. Default: 8080."`
	SecondaryPort int    `default:"8081" placeholder:"PORT" help:"Port of the secondary hub; 0 picks a free one. Default: 8081."`
	AppPort       int    `default:"8082" placeholder:"PORT" help:"Port of the sample app; 0 picks a free one. Default: 8082."`
	Database      string `placeholder:"ADDRESS" help:"mongodb:// address of a server for the demo's two databases, which are dropped at the end. Default: a temporary folder."`

	format `embed:""`
}

// Run runs the demo until the context ends.
func (d *demoCmd) Run(ctx context.Context, c *console) error {
	s := &stage{out: c.out, paint: paintFor(c)}
	watch := s.hop
	if d.JSON {
		watch = nil
	} else {
		s.open()
	}
	running, err := demo.Start(ctx, demo.Options{
		Start:       startHub,
		PrimaryPort: d.PrimaryPort, SecondaryPort: d.SecondaryPort, AppPort: d.AppPort,
		Database: d.Database, Watch: watch, Log: c.quiet(),
	})
	if err != nil {
		return d.problem(err)
	}
	if d.JSON {
		err = d.print(c, report(running), nil)
	} else {
		s.explain(running)
	}
	if err == nil {
		<-ctx.Done()
	}
	err = errors.Join(err, running.Close())
	if !d.JSON && err == nil {
		s.end()
	}
	return err
}

// startHub builds a hub of the demo.
func startHub(ctx context.Context, s demo.Setup, backend store.Backend) (demo.Running, error) {
	h, err := hub.New(ctx, hub.Config{
		URL: s.URL, Name: s.Name, SecretKey: s.SecretKey, Hash: s.Hash, Log: s.Log, Watch: s.Watch, Fetched: s.Fetched,
		SecondFactor: settings.SecondFactorOptional, MailServer: s.Mail,
	}, backend)
	if err != nil {
		return demo.Running{}, err
	}
	return demo.Running{Handler: h, Operator: h.Service, Keys: h.LoginKeyService, Run: h.Run}, nil
}

func (d *demoCmd) problem(err error) error {
	var port *demo.PortError
	switch {
	case errors.As(err, &port) && errors.Is(err, serving.ErrInUse):
		return fmt.Errorf("port %d is in use; stop the program that uses it, or choose another port for the %s with --%s-port, like --%s-port=0 for a free one",
			port.Port, port.Party, port.Party, port.Party)
	case errors.As(err, &port):
		return fmt.Errorf("the %s cannot use port %d: %w; choose another port with --%s-port", port.Party, port.Port, port.Err, port.Party)
	case errors.Is(err, demo.ErrDatabase):
		return mistakef("--database is %q; %v", d.Database, err)
	}
	return fmt.Errorf("start the demo: %w", err)
}

// A demoReport describes the demo to scripts.
type demoReport struct {
	Primary   demoHub       `json:"primary"`
	Secondary demoHub       `json:"secondary"`
	App       demoApp       `json:"app"`
	Mailbox   string        `json:"mailbox"`
	Codes     string        `json:"authenticator"`
	People    []demoAccount `json:"people"`
	Database  string        `json:"database"`
	Took      float64       `json:"start_seconds"`
}

type demoHub struct {
	Name  string      `json:"name"`
	URL   string      `json:"url"`
	Admin demoAccount `json:"admin"`
}

type demoApp struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	ClientID string `json:"client_id"`
}

type demoAccount struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
	App      string `json:"authenticator_secret,omitempty"`
}

func report(d *demo.Demo) demoReport {
	r := demoReport{
		Primary:   demoHub{d.Primary.Name, d.Primary.URL, demoAccount(d.Primary.Admin)},
		Secondary: demoHub{d.Secondary.Name, d.Secondary.URL, demoAccount(d.Secondary.Admin)},
		App:       demoApp{d.App.Name, d.App.URL, d.App.ClientID},
		Database:  d.Place, Took: d.Took.Seconds(),
	}
	for _, p := range d.People {
		r.People = append(r.People, demoAccount(p))
	}
	return r
}
