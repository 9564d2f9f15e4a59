// Package demo runs two connected hubs on one machine: a primary hub with two
// users, a secondary hub that is connected to it, and the sample app, an
// application of the secondary. A user signs in to the app through both hubs.
//
// Everything is real. The secondary connects with the primary's Base URL and an
// invite code, and the app has a client ID and a secret. The parties listen on
// free or given ports of localhost, and their databases are deleted at the end.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/serving"
	"github.com/fedhub/fedhub/cmd/fedhub/sampleapp"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/templates"
)

// Options are the settings of a demo.
type Options struct {
	Start StartHub // how a hub is built
	// Ports on localhost; 0 is a free one.
	PrimaryPort, SecondaryPort, AppPort int
	// Database is a mongodb:// address of a server on which the demo creates two
	// databases; a temporary folder if empty.
	Database string
	// Hash is the cost of a password check; as in a real hub if zero.
	Hash passwords.HashParams
	Log  *slog.Logger // of both hubs and the app; discarded if nil
	// Watch, if set, is called for every hop as it happens, by many goroutines at
	// once.
	Watch func(Hop)
}

// A Demo is running until it is closed.
type Demo struct {
	Primary, Secondary Hub
	App                App
	People             []Account     // of the primary
	Place              string        // where the data is
	Took               time.Duration // to start

	trace *trace
	mails mailbox
	log   *slog.Logger
	place place
	mu    sync.Mutex
	close []func(context.Context) error // in the order of opening
}

// A Hub is one of the two.
type Hub struct {
	Name, URL string
	Admin     Account
	Operator  *operator.Service
	Keys      *loginkeys.Service
}

// An App is the sample app.
type App struct {
	Name, URL string
	ClientID  string // at the secondary
}

// An Account is what a user of the demo signs in with.
type Account struct {
	Name, Email, Password string
	App                   string // secret of an authenticator app (base32); empty: none
}

// The names of the parties on their pages.
const (
	PrimaryName   = "Primary hub"
	SecondaryName = "Secondary hub"
	AppName       = "Sample app"
)

// Start runs a demo. Its error is a *PortError if a port is taken. After an error
// everything is stopped and deleted.
func Start(ctx context.Context, o Options) (*Demo, error) {
	began := time.Now()
	d := &Demo{mails: mailbox{now: time.Now}, trace: newTrace(o.Watch), log: o.Log}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if err := d.start(ctx, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.Took = time.Since(began)
	return d, nil
}

func (d *Demo) start(ctx context.Context, o Options) error {
	ports, err := d.ports(ctx, o)
	if err != nil {
		return err
	}
	if d.place, err = newPlace(ctx, o.Database); err != nil {
		return err
	}
	d.onClose(d.place.remove)
	d.Place = d.place.shown()
	if d.Primary, err = d.hub(ctx, o.Start, primary, PrimaryName, ports[0], o.Hash); err != nil {
		return err
	}
	if d.Secondary, err = d.hub(ctx, o.Start, secondary, SecondaryName, ports[1], o.Hash); err != nil {
		return err
	}
	if err := d.people(ctx); err != nil {
		return err
	}
	if err := d.introduce(ctx); err != nil {
		return err
	}
	return d.app(ctx, ports[2])
}

// A PortError says that a port of the demo cannot be used.
type PortError struct {
	Party string // "primary", "secondary" or "app"
	Port  int
	Err   error
}

func (e *PortError) Error() string {
	return fmt.Sprintf("the %s cannot listen on port %d: %v", e.Party, e.Port, e.Err)
}

func (e *PortError) Unwrap() error { return e.Err }

// ports opens all three ports first: each party needs the others' addresses, and
// a taken port is found before anything else starts.
func (d *Demo) ports(ctx context.Context, o Options) ([]*serving.Listener, error) {
	var all []*serving.Listener
	for _, want := range []struct {
		party string
		port  int
	}{{primary, o.PrimaryPort}, {secondary, o.SecondaryPort}, {app, o.AppPort}} {
		l, err := serving.Loopback(ctx, want.port)
		if err != nil {
			return nil, &PortError{want.party, want.port, err}
		}
		d.onClose(func(context.Context) error { l.Close(); return nil })
		d.trace.know(want.party, l.Port)
		all = append(all, l)
	}
	return all, nil
}

func address(l *serving.Listener) string { return "http://localhost:" + strconv.Itoa(l.Port) }

// people creates the accounts: three users of the primary, one of them with a
// second factor, and an administrator of each hub. The administrators' addresses differ, because a hub does not sign a
// user of a provider in as its administrator.
func (d *Demo) people(ctx context.Context) error {
	var err error
	for _, who := range []struct{ name, email string }{
		{"Ada Lovelace", "ada@demo.example"},
		{"Grace Hopper", "grace@demo.example"},
	} {
		account, aerr := d.account(ctx, d.Primary.Operator, who.name, who.email)
		d.People, err = append(d.People, account), errors.Join(err, aerr)
	}
	alan, aerr := d.withApp(ctx, "Alan Turing", "alan@demo.example")
	d.People, err = append(d.People, alan), errors.Join(err, aerr)
	d.mails.app = alan
	var perr, serr error
	d.Primary.Admin, perr = d.account(ctx, d.Primary.Operator, "Primary administrator", "admin@primary.example", users.AdminRole)
	d.Secondary.Admin, serr = d.account(ctx, d.Secondary.Operator, "Secondary administrator", "admin@secondary.example", users.AdminRole)
	return errors.Join(err, perr, serr)
}

// withApp is a user of the primary who signs in with a second factor. The demo
// shows the codes of the authenticator app.
func (d *Demo) withApp(ctx context.Context, name, email string) (Account, error) {
	account, err := d.account(ctx, d.Primary.Operator, name, email)
	if err != nil {
		return Account{}, err
	}
	user, err := d.Primary.Operator.FindUser(ctx, email)
	if err != nil {
		return Account{}, fmt.Errorf("find %s: %w", name, err)
	}
	account.App = secondfactor.NewSecret()
	if err := d.Primary.Operator.SetUpApp(ctx, by, user.ID, account.App); err != nil {
		return Account{}, fmt.Errorf("set up the authenticator app of %s: %w", name, err)
	}
	return account, nil
}

func (d *Demo) account(ctx context.Context, h *operator.Service, name, email string, roles ...string) (Account, error) {
	const tries = 5 // the hub may refuse a password as too weak
	var err error
	for range tries {
		account := Account{Name: name, Email: email, Password: newPassword()}
		var user users.User
		user, err = h.AddUser(ctx, by, users.NewUser{Email: email, EmailVerified: true, Profile: users.Profile{Name: name}, Roles: roles, Password: account.Password})
		if err == nil {
			d.trace.meet(user.ID, user.Name)
			return account, nil
		}
	}
	return Account{}, fmt.Errorf("create the account of %s: %w", name, err)
}

// by is the actor in the audit log.
var by = audit.Named("cli:demo")

// introduce connects the secondary to the primary as two administrators do: one
// creates an invite, the other adds the Base URL.
func (d *Demo) introduce(ctx context.Context) error {
	invite, _, err := d.Primary.Operator.NewInvite(ctx, by, time.Hour)
	if err != nil {
		return fmt.Errorf("create an invite code: %w", err)
	}
	key, err := d.Secondary.Keys.AddLoginKey(ctx, by, federation.LoginKey{
		ID: primary, Kind: federation.KindPeer, Name: PrimaryName, BaseURL: d.Primary.URL,
		Enabled: true, SignUps: federation.Allow, Linking: federation.Confirm,
		// The primary has checked its users' addresses. Direct stays off: the page
		// with the button shows that there are two hubs.
		TrustEmail: true,
	}, "", invite)
	if err != nil {
		return fmt.Errorf("connect the secondary: %w", err)
	}
	if key.Join.Status != federation.Active {
		return fmt.Errorf("the primary did not connect the secondary: %s", key.Join.Words(templates.Sentence))
	}
	id := d.Secondary.Keys.ClientMetadata(key.ID)
	d.trace.client(primary, id, SecondaryName)
	if err := d.Primary.Operator.ApproveServer(ctx, by, id, hubs.Approval{Name: SecondaryName}); err != nil {
		return fmt.Errorf("confirm the name of the secondary: %w", err)
	}
	return nil
}

// app registers the sample app at the secondary and starts it.
func (d *Demo) app(ctx context.Context, l *serving.Listener) error {
	d.App = App{Name: AppName, URL: address(l)}
	client, secret, err := d.Secondary.Operator.AddClient(ctx, by, clients.Client{
		Name: AppName, Type: clients.Web,
		RedirectURIs:         []string{d.App.URL + sampleapp.CallbackPath},
		BackchannelLogoutURI: d.App.URL + sampleapp.LogoutPath,

		PostLogoutRedirectURIs: []string{d.App.URL + sampleapp.SignedOutPath},

		GrantTypes: []string{clients.GrantRefresh}, Scopes: []string{"openid", "profile", "email"},
	})
	if err != nil {
		return fmt.Errorf("register the sample app: %w", err)
	}
	d.App.ClientID = client.ID
	d.trace.client(secondary, client.ID, AppName)
	handler := sampleapp.New(sampleapp.Config{
		URL: d.App.URL, Issuer: d.Secondary.URL, ClientID: client.ID, ClientSecret: secret,
		Hub: SecondaryName, HTTP: d.trace.appClient(), Log: d.log.With("party", app), Watch: d.trace.said(app),
		SignOuts: []sampleapp.Link{
			{Text: "Sign out of " + PrimaryName, URL: d.Primary.URL + "/signout"},
			{Text: "Sign out of " + SecondaryName, URL: d.Secondary.URL + "/signout"},
		},
	})
	d.serve(l, app, d.mails.before(handler))
	return nil
}

func (d *Demo) serve(l *serving.Listener, party string, handler http.Handler) {
	server := serving.Start(l, d.trace.inbound(party, handler), d.log.With("party", party))
	d.onClose(server.Stop)
}
