package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

// cli has every command. An alias is the older name of a command; it still works
// and is not shown.
type cli struct {
	Serve       serveCmd       `cmd:"" help:"Run the hub."`
	Demo        demoCmd        `cmd:"" help:"Run a demo on this machine: two connected hubs, an application, and users who sign in through all three."`
	SetupLink   setupLinkCmd   `cmd:"" help:"Print a link that creates the first administrator."`
	User        userCmds       `cmd:"" help:"Manage users: add, list, show, edit, invite, disable, enable, delete, roles, reset-link, unlink, sessions."`
	Group       groupCmds      `cmd:"" help:"Manage groups of users: add, list, show, update, delete, member."`
	Field       fieldCmds      `cmd:"" help:"Manage user fields of your own: add, list, delete."`
	Client      clientCmds     `cmd:"" help:"Manage applications: add, list, show, update, disable, enable, delete, secret, initial-access-token, prune."`
	API         apiCmds        `cmd:"" name:"api" help:"Manage APIs that applications get tokens for: add, list, show, update, delete, grant, revoke."`
	Provider    providerCmds   `cmd:"" aliases:"key" help:"Manage sign-in providers (Frappe: Social Login Keys): add, list, show, update, switch, delete, join."`
	Hub         hubCmds        `cmd:"" aliases:"server" help:"Manage connected hubs: list, approve, refuse, suspend, invite."`
	SigningKey  signingKeyCmds `cmd:"" help:"Manage the keys that the hub signs with: list, rotate."`
	Import      importCmds     `cmd:"" help:"Import users and applications from another system: frappe."`
	DB          dbCmds         `cmd:"" name:"db" help:"Inspect and repair the database: list, show, upgrade, delete."`
	Doctor      doctorCmd      `cmd:"" help:"Find database records that cannot be read."`
	Trace       traceCmd       `cmd:"" help:"Show a sign-in's trace, or list recent sign-ins."`
	Audit       auditCmds      `cmd:"" help:"Read the audit log: list, export."`
	Settings    settingsCmds   `cmd:"" help:"Show and change the hub's settings: show, set."`
	Healthcheck healthcheckCmd `cmd:"" help:"Check whether the hub on this machine is ready. If it is, the exit code is 0."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

type userCmds struct {
	Add       userAddCmd       `cmd:"" help:"Add a user."`
	List      userListCmd      `cmd:"" help:"List the users."`
	Disable   userDisableCmd   `cmd:"" help:"Disable a user: sign them out everywhere and block sign-in."`
	Enable    userEnableCmd    `cmd:"" help:"Enable a user again."`
	Show      userShowCmd      `cmd:"" help:"Show a user with their sign-in methods, sessions and connected applications."`
	Edit      userEditCmd      `cmd:"" help:"Change a user's profile or email address."`
	Delete    userDeleteCmd    `cmd:"" help:"Delete a user and all their data permanently. Asks for confirmation."`
	Sessions  userSessionsCmds `cmd:"" help:"Manage a user's sessions: end."`
	Remove    userRemoveCmd    `cmd:"" hidden:"" help:"Older name of delete. Does not ask."`
	Import    userImportCmd    `cmd:"" help:"Add and change users by a CSV or JSON file."`
	Export    userExportCmd    `cmd:"" help:"Write all users as CSV or JSON."`
	Roles     userRolesCmd     `cmd:"" help:"Replace a user's roles."`
	ResetLink userResetLinkCmd `cmd:"" help:"Print a link with which a user chooses a password."`
	Recover   userRecoverCmd   `cmd:"" help:"Let a user back in who lost their second factor: remove it and sign them out everywhere."`
	Unlink    userUnlinkCmd    `cmd:"" help:"Unlink a sign-in provider from a user."`
	Invite    userInviteCmd    `cmd:"" help:"Print a link with which a new user creates an account."`
}

type userSessionsCmds struct {
	End userSessionsEndCmd `cmd:"" help:"Sign a user out everywhere and revoke the tokens of their applications and devices."`
}

type groupCmds struct {
	Add    groupAddCmd     `cmd:"" help:"Add a group."`
	List   groupListCmd    `cmd:"" help:"List the groups."`
	Show   groupShowCmd    `cmd:"" help:"Show a group with its members."`
	Update groupUpdateCmd  `cmd:"" help:"Change a group."`
	Delete groupDeleteCmd  `cmd:"" help:"Delete a group permanently. Its members lose its roles. Asks for confirmation."`
	Member groupMemberCmds `cmd:"" help:"Manage the members of a group: add, remove."`
}

type apiCmds struct {
	Add    apiAddCmd    `cmd:"" help:"Add an API."`
	List   apiListCmd   `cmd:"" help:"List the APIs."`
	Show   apiShowCmd   `cmd:"" help:"Show an API with its scopes and applications."`
	Update apiUpdateCmd `cmd:"" help:"Change an API."`
	Delete apiDeleteCmd `cmd:"" help:"Delete an API permanently. Its tokens end. Asks for confirmation."`
	Grant  apiGrantCmd  `cmd:"" help:"Let an application request tokens for an API."`
	Revoke apiRevokeCmd `cmd:"" help:"Take an API from an application."`
}

type fieldCmds struct {
	Add    fieldAddCmd    `cmd:"" help:"Add a user field."`
	List   fieldListCmd   `cmd:"" help:"List the user fields."`
	Delete fieldDeleteCmd `cmd:"" help:"Delete a user field with its values permanently. Asks for confirmation."`
}

type groupMemberCmds struct {
	Add    groupMemberAddCmd    `cmd:"" help:"Add a user to a group."`
	Remove groupMemberRemoveCmd `cmd:"" help:"Remove a user from a group."`
}

type clientCmds struct {
	Add     clientAddCmd     `cmd:"" help:"Register an application. Its secret is shown once."`
	List    clientListCmd    `cmd:"" help:"List the applications."`
	Show    clientShowCmd    `cmd:"" help:"Show everything that is registered about an application, as JSON."`
	Update  clientUpdateCmd  `cmd:"" help:"Change an application."`
	Disable clientDisableCmd `cmd:"" help:"Block sign-ins to an application until it is enabled again."`
	Enable  clientEnableCmd  `cmd:"" help:"Allow sign-ins to an application again."`
	Delete  clientDeleteCmd  `cmd:"" help:"Delete an application permanently. Asks for confirmation."`
	Secret  clientSecretCmds `cmd:"" help:"Manage an application's secrets: list, add, delete."`

	InitialAccessToken clientInitialAccessTokenCmd `cmd:"" aliases:"token" help:"Create an initial access token, with which applications register themselves (RFC 7591)."`

	Prune clientPruneCmd `cmd:"" help:"Delete applications that registered themselves and were never used."`
}

type clientSecretCmds struct {
	List   clientSecretListCmd   `cmd:"" help:"List an application's secrets, without their values."`
	Add    clientSecretAddCmd    `cmd:"" help:"Create a secret, which is shown once. Existing secrets stay valid."`
	Delete clientSecretDeleteCmd `cmd:"" help:"Delete a secret at once. Asks for confirmation."`
}

type providerCmds struct {
	Add  providerAddCmd  `cmd:"" help:"Add a sign-in provider: another hub, an OpenID or OAuth 2.0 provider, or a Frappe site."`
	List providerListCmd `cmd:"" help:"List the sign-in providers, and whether other hubs have approved this one."`
	Show providerShowCmd `cmd:"" help:"Show a sign-in provider and the URLs to register there."`
	Join providerJoinCmd `cmd:"" help:"Send the connection request to another hub again, or check its status."`

	Update providerUpdateCmd `cmd:"" help:"Change a sign-in provider."`
	Switch providerSwitchCmd `cmd:"" help:"Switch a sign-in provider on or off. Switching it off signs out the users who signed in through it."`
	Delete providerDeleteCmd `cmd:"" help:"Delete a sign-in provider and sign out the users who signed in through it. Asks for confirmation."`

	Enable  providerEnableCmd  `cmd:"" hidden:"" help:"Older name of \"switch ID on\"."`
	Disable providerDisableCmd `cmd:"" hidden:"" help:"Older name of \"switch ID off\"."`
	Remove  providerRemoveCmd  `cmd:"" hidden:"" help:"Older name of delete. Does not ask."`
}

type hubCmds struct {
	List    hubListCmd    `cmd:"" help:"List the connected hubs and the connection requests."`
	Approve hubApproveCmd `cmd:"" help:"Approve a hub: users can sign in to it with their accounts here."`
	Refuse  hubRefuseCmd  `cmd:"" help:"Refuse a hub's connection request."`
	Suspend hubSuspendCmd `cmd:"" help:"Block sign-ins through a hub until it is approved again."`
	Invite  hubInviteCmd  `cmd:"" help:"Create an invite code, which connects one hub without approval."`
}

type signingKeyCmds struct {
	List   signingKeyListCmd   `cmd:"" help:"List the signing keys and their states."`
	Rotate signingKeyRotateCmd `cmd:"" help:"Publish new signing keys. They take over after ten minutes."`
}

type importCmds struct {
	Frappe importFrappeCmd `cmd:"" help:"Import users, applications, sign-in providers and settings from a Frappe or ERPNext site that this hub replaces."`
}

type dbCmds struct {
	List    dbListCmd    `cmd:"" help:"List the sets of records with their sizes, or the records of one set."`
	Show    dbShowCmd    `cmd:"" help:"Show a record, without encrypted values and hashes of secrets."`
	Upgrade dbUpgradeCmd `cmd:"" help:"Upgrade the database to this version, as a start of the hub does, or show what that would change."`
	Delete  dbDeleteCmd  `cmd:"" help:"Delete one record. Records that belong to it stay. Asks for confirmation."`
}

type auditCmds struct {
	List   auditListCmd   `cmd:"" help:"List events, the newest first."`
	Export auditExportCmd `cmd:"" help:"Print all events that match, as CSV or NDJSON. The export is recorded in the log."`
}

type settingsCmds struct {
	Show settingsShowCmd `cmd:"" help:"Show the settings."`
	Set  settingsSetCmd  `cmd:"" help:"Change settings."`
}

const description = `A federated identity hub: it signs your users in to applications and to other hubs, with OpenID Connect and OAuth 2.0.

Try it: fedhub demo

A flag can also be set by the environment variable shown in brackets.`

// A mistake is an error in what was typed or in the settings: a sentence that
// says what to change. The exit code is 2; it is 1 where the command was right
// and failed.
type mistake string

func (m mistake) Error() string { return string(m) }

func mistakef(format string, args ...any) mistake { return mistake(fmt.Sprintf(format, args...)) }

// run carries out a command and returns the exit code.
func run(ctx context.Context, args []string, c *console) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	shown := false // kong printed help
	parser, err := kong.New(&cli{},
		kong.Name("fedhub"), kong.Description(description),
		kong.Writers(c.out, c.err), kong.Exit(func(int) { shown = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}), kong.Help(help),
		kong.ValueFormatter(withVariable),
		kong.Resolvers(fromEnvironment(c.env)),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(c),
	)
	if err != nil {
		return c.fail(err)
	}
	parser.Model.HelpFlag.Help = "Show this help."
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

// help prints the help of a command. kong would show a command's aliases beside
// its name.
func help(options kong.HelpOptions, c *kong.Context) error {
	forgetAliases(c.Model.Node)
	return kong.DefaultHelpPrinter(options, c)
}

func forgetAliases(node *kong.Node) {
	node.Aliases = nil
	for _, child := range node.Children {
		forgetAliases(child)
	}
}

// misuse says what is wrong with the arguments and where to read on: the help of
// the command and, for a group, the commands in it.
func misuse(err error) error {
	if m, ok := errors.AsType[mistake](err); ok {
		return m
	}
	text, help := strings.TrimSuffix(err.Error(), "."), "fedhub --help"
	text = strings.Replace(text, `,""`, "", 1) // the default of an optional flag is no choice
	text, meant, _ := strings.Cut(text, ", did you mean ")
	if missing, ok := strings.CutPrefix(text, `expected "<`); ok {
		text = "missing arguments: <" + strings.TrimSuffix(missing, `"`) // as kong says of flags
	}
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil {
		node := reached(parse.Context)
		if wrong, ok := strings.CutPrefix(text, "unexpected argument "); ok {
			meant = suggestion(node, wrong) // kong's leaves aliases out
		}
		if names := commands(node); len(names) > 0 {
			if strings.HasPrefix(text, "expected ") { // kong's list is cut off after five
				text = "the command is missing"
			}
			text += "; the commands are " + strings.Join(names, ", ")
		}
		forgetAliases(parse.Context.Model.Node)
		help = node.FullPath() + " --help"
	}
	text += "; see " + help
	if meant != "" {
		text += "; did you mean " + meant
	}
	return mistake(text)
}

// suggestion names the commands that a wrong word may stand for: their names begin
// with it or differ from it by at most two letters. An older name counts too, and
// the suggestion is the new name.
func suggestion(group *kong.Node, wrong string) string {
	var names []string
	for _, child := range group.Children {
		near := func(name string) bool { return strings.HasPrefix(name, wrong) || distance(name, wrong) <= 2 }
		if child.Type == kong.CommandNode && !child.Hidden && (near(child.Name) || slices.ContainsFunc(child.Aliases, near)) {
			names = append(names, strconv.Quote(child.Name))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + "?"
	}
	return "one of " + strings.Join(names, ", ") + "?"
}

// reached is the last command that kong recognized.
func reached(c *kong.Context) *kong.Node {
	node := c.Model.Node
	for _, step := range c.Path {
		if step.Command != nil {
			node = step.Command
		}
	}
	return node
}

// commands are the names of a group's commands.
func commands(group *kong.Node) []string {
	var names []string
	for _, child := range group.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			names = append(names, child.Name)
		}
	}
	return names
}

// inWords turns what a rule refuses into a mistake.
func inWords(err error) error {
	if problems, ok := errors.AsType[forms.Problems](err); ok {
		return mistake(problems.Words(templates.Sentence))
	}
	return err
}

// withVariable names the variable after a flag's help.
func withVariable(v *kong.Value) string {
	name := v.Tag.Get("setting")
	if name == "" {
		return v.Help
	}
	return v.Help + " (" + name + ")"
}

// fromEnvironment gives flags that were not typed the value of their variable.
// An empty one counts as not set: compose files pass unset variables on empty.
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
	return nil, mistakef("%s is %q; set it to true or false", name, value)
}
