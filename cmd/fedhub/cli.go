package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

// cli is every command.
type cli struct {
	Serve       serveCmd       `cmd:"" help:"Run the hub."`
	Demo        demoCmd        `cmd:"" help:"Show the whole idea on this machine: two hubs and an app, and a person who signs in through all three."`
	SetupLink   setupLinkCmd   `cmd:"" help:"Print a link by which the first administrator is made."`
	User        userCmds       `cmd:"" help:"People: add, list, show, edit, invite, disable, enable, delete, roles, reset-link, unlink, sessions."`
	Client      clientCmds     `cmd:"" help:"Apps that sign people in here: add, list, show, update, disable, enable, delete, secret, token, prune."`
	Key         keyCmds        `cmd:"" help:"Social Login Keys, where people may come from: add, list, show, update, switch, delete, join."`
	Server      serverCmds     `cmd:"" help:"Hubs that sign people in here: list, approve, refuse, suspend, invite."`
	SigningKey  signingKeyCmds `cmd:"" help:"The hub's own keys, which it signs with: list, rotate."`
	Import      importCmds     `cmd:"" help:"Take over people and apps from another system: frappe."`
	DB          dbCmds         `cmd:"" name:"db" help:"The records in the database, for eyes and repair: list, show, upgrade, delete."`
	Doctor      doctorCmd      `cmd:"" help:"Look through the database for records that cannot be read."`
	Trace       traceCmd       `cmd:"" help:"Say what happened on the way of a sign-in, by the reference that its error page shows."`
	Settings    settingsCmds   `cmd:"" help:"OAuth Provider Settings: show, set."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask the hub on this machine whether it is ready; the exit code is the answer."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

type userCmds struct {
	Add       userAddCmd       `cmd:"" help:"Add a person."`
	List      userListCmd      `cmd:"" help:"List the people."`
	Disable   userDisableCmd   `cmd:"" help:"Sign a person out everywhere and keep them out."`
	Enable    userEnableCmd    `cmd:"" help:"Let a person in again."`
	Show      userShowCmd      `cmd:"" help:"Print a person, what signs them in, where they are signed in, and what they allowed apps."`
	Edit      userEditCmd      `cmd:"" help:"Change what is known of a person."`
	Delete    userDeleteCmd    `cmd:"" help:"Delete a person and all there is of them, for good, after asking."`
	Sessions  userSessionsCmds `cmd:"" help:"Where a person is signed in: end."`
	Remove    userRemoveCmd    `cmd:"" hidden:"" help:"What delete was called before, without asking."`
	Roles     userRolesCmd     `cmd:"" help:"Replace the roles of a person."`
	ResetLink userResetLinkCmd `cmd:"" help:"Print a link by which a person chooses a password."`
	Unlink    userUnlinkCmd    `cmd:"" help:"Remove a provider from what signs a person in."`
	Invite    userInviteCmd    `cmd:"" help:"Print a link by which somebody makes an account."`
}

type userSessionsCmds struct {
	End userSessionsEndCmd `cmd:"" help:"Sign a person out everywhere, and end what their apps and devices were issued."`
}

type clientCmds struct {
	Add   clientAddCmd   `cmd:"" help:"Register an app. Its secret is shown once."`
	List  clientListCmd  `cmd:"" help:"List the apps."`
	Token clientTokenCmd `cmd:"" help:"Make an initial access token, with which apps register themselves."`
	Show  clientShowCmd  `cmd:"" help:"Print everything an app is registered with."`

	Update  clientUpdateCmd  `cmd:"" help:"Change what an app is registered with."`
	Disable clientDisableCmd `cmd:"" help:"Let nobody sign in to an app for now."`
	Enable  clientEnableCmd  `cmd:"" help:"Let people sign in to it again."`
	Delete  clientDeleteCmd  `cmd:"" help:"Delete an app for good, after asking."`
	Secret  clientSecretCmds `cmd:"" help:"Its secrets: list, add, delete."`

	Prune clientPruneCmd `cmd:"" help:"Remove the apps that registered themselves and were never used."`
}

type clientSecretCmds struct {
	List   clientSecretListCmd   `cmd:"" help:"List the secrets of an app, without their values."`
	Add    clientSecretAddCmd    `cmd:"" help:"Make a secret, which is shown once. Those that are there stay good."`
	Delete clientSecretDeleteCmd `cmd:"" help:"End a secret at once, after asking."`
}

type keyCmds struct {
	Add  keyAddCmd  `cmd:"" help:"Let people come in from another hub, from any OpenID or OAuth 2.0 provider, or from a Frappe site."`
	List keyListCmd `cmd:"" help:"List the keys, and how other hubs answered."`
	Show keyShowCmd `cmd:"" help:"Print a key, and what its provider must be told of this hub."`
	Join keyJoinCmd `cmd:"" help:"Ask another hub (again) to let this one in."`

	Update keyUpdateCmd `cmd:"" help:"Change a key."`
	Switch keySwitchCmd `cmd:"" help:"Let people sign in by a key, or nobody any more, and sign out who did."`
	Delete keyDeleteCmd `cmd:"" help:"Delete a key, and sign out who signed in by it, after asking."`

	Enable  keyEnableCmd  `cmd:"" hidden:"" help:"What \"switch ID on\" was called before."`
	Disable keyDisableCmd `cmd:"" hidden:"" help:"What \"switch ID off\" was called before."`
	Remove  keyRemoveCmd  `cmd:"" hidden:"" help:"What delete was called before, without asking."`
}

type serverCmds struct {
	List    serverListCmd    `cmd:"" help:"List the hubs that asked, and how they stand."`
	Approve serverApproveCmd `cmd:"" help:"Let a hub in."`
	Refuse  serverRefuseCmd  `cmd:"" help:"Say no to a hub that waits."`
	Suspend serverSuspendCmd `cmd:"" help:"Stop sign-ins to a hub for now."`
	Invite  serverInviteCmd  `cmd:"" help:"Make a code that lets one hub in at once."`
}

type signingKeyCmds struct {
	List   signingKeyListCmd   `cmd:"" help:"List the keys, and how they stand."`
	Rotate signingKeyRotateCmd `cmd:"" help:"Publish new keys, which take over in ten minutes."`
}

type importCmds struct {
	Frappe importFrappeCmd `cmd:"" help:"Take over what a Frappe or ERPNext site knows, so that this hub stands in its place."`
}

type dbCmds struct {
	List    dbListCmd    `cmd:"" help:"List the kinds of records and how many there are, or the records of one kind."`
	Show    dbShowCmd    `cmd:"" help:"Print a record. What is encrypted, and hashes of secrets, are not in it."`
	Upgrade dbUpgradeCmd `cmd:"" help:"Bring the database into this version's form, as a start does, or say what that would change."`
	Delete  dbDeleteCmd  `cmd:"" help:"Delete a record, and nothing that hangs on it."`
}

type settingsCmds struct {
	Show settingsShowCmd `cmd:"" help:"Print the settings."`
	Set  settingsSetCmd  `cmd:"" help:"Change some of them."`
}

const description = `A federated identity hub: one server that knows who people are, and tells the apps and hubs that trust it.

Try it: fedhub demo

Every setting is an environment variable too; its name stands behind the flag.`

// A mistake is for whoever typed the command or set the settings: a sentence
// that says what to change. The exit code is 2, and 1 for what failed although
// it was asked for rightly.
type mistake string

func (m mistake) Error() string { return string(m) }

func mistakef(format string, args ...any) mistake { return mistake(fmt.Sprintf(format, args...)) }

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args []string, c *console) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	shown := false // kong printed help, and that was all
	parser, err := kong.New(&cli{},
		kong.Name("fedhub"), kong.Description(description),
		kong.Writers(c.out, c.err), kong.Exit(func(int) { shown = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.ValueFormatter(withVariable),
		kong.Resolvers(fromEnvironment(c.env)),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(c),
	)
	if err != nil {
		return c.fail(err)
	}
	parsed, err := parser.Parse(args)
	if shown {
		return 0
	}
	if err != nil {
		return c.fail(misuse(err))
	}
	if err := parsed.Run(); err != nil {
		return c.fail(inWords(err))
	}
	return 0
}

// misuse says what is wrong with what was typed, and where to read on: the help
// of the command that it was typed for and, where that is a group, what there is
// in it.
func misuse(err error) error {
	if m, ok := errors.AsType[mistake](err); ok {
		return m
	}
	text, help := strings.TrimSuffix(err.Error(), "."), "fedhub --help"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil {
		node := reached(parse.Context)
		help = node.FullPath() + " --help"
		if names := commands(node); len(names) > 0 {
			if strings.HasPrefix(text, "expected ") { // kong's list, which ends early
				text = "say what to do"
			}
			text += "; the commands are " + strings.Join(names, ", ")
		}
	}
	return mistake(text + "; see " + help)
}

// reached is the last command that could be made out.
func reached(c *kong.Context) *kong.Node {
	node := c.Model.Node
	for _, step := range c.Path {
		if step.Command != nil {
			node = step.Command
		}
	}
	return node
}

// commands are the names of what a group has.
func commands(group *kong.Node) []string {
	var names []string
	for _, child := range group.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			names = append(names, child.Name)
		}
	}
	return names
}

// inWords makes of what a rule refuses a mistake.
func inWords(err error) error {
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		return mistake(problems.Words(templates.Sentence))
	}
	return err
}

// withVariable names the variable behind a flag.
func withVariable(v *kong.Value) string {
	name := v.Tag.Get("setting")
	if name == "" {
		return v.Help
	}
	return v.Help + " (" + name + ")"
}

// fromEnvironment gives flags that were not typed the value of their variable.
// One that is empty counts as not set, for that is what compose files make of
// a variable they pass on.
func fromEnvironment(env map[string]string) kong.ResolverFunc {
	return func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := flag.Tag.Get("setting")
		value := strings.TrimSpace(env[name])
		if name == "" || value == "" {
			return nil, nil
		}
		if flag.IsBool() {
			return yesOrNo(name, value)
		}
		return value, nil
	}
}

func yesOrNo(name, value string) (any, error) {
	switch strings.ToLower(value) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return nil, mistakef("%s is %q; it must be true or false", name, value)
}
