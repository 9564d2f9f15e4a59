package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

type providerUpdateCmd struct {
	which         `embed:""`
	providerFlags `embed:""`
	Yes           bool `help:"Do not ask for confirmation, even if the change affects who can sign in."`

	Identities        word   `enum:"move,leave," default:"" placeholder:"WORD" help:"With a new --base-url: move the users' links from the former issuer to the new one, or leave them. Without --base-url: decide about links that are still undecided."`
	IdentitiesAddress string `placeholder:"URL" help:"The new address again, to confirm a move if nothing shows that the same provider is there."`
}

// Help is the long text of --help.
func (*providerUpdateCmd) Help() string {
	return `Flags that you leave out change nothing. A list replaces the whole list, and "--scope=" empties it. --claim and --option change only the entry that they name. If users are linked to the former issuer, a new --base-url needs --identities; without it nothing changes and the exit code is 2. To switch a provider on or off, use fedhub provider switch.`
}

// Run changes a provider.
func (k *providerUpdateCmd) Run(ctx context.Context, typed *kong.Context, c *console) error {
	if err := k.read(typed, c); err != nil {
		return err
	}
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		if err := k.findGroups(ctx, o); err != nil {
			return err
		}
		after := key
		if err := k.write(&after); err != nil {
			return err
		}
		after.Tidy()
		if err := k.agree(ctx, c, o, key, after); err != nil {
			return err
		}
		if after.BaseURL == key.BaseURL {
			if err := k.decide(ctx, c, o, key); err != nil {
				return err
			}
		}
		_, err := o.ChangeLoginKey(ctx, c.operator(), key.ID, k.secret, loginkeys.KeepSignedIn, func(kept *federation.LoginKey) {
			_ = k.write(kept) // it was applied to a copy above
		}, k.choice())
		if err != nil {
			return undecided(err)
		}
		if key, err = o.LoginKey(ctx, key.ID); err != nil {
			return err
		}
		return k.print(c, providerRowOf(o, key), func(w io.Writer) { fmt.Fprintf(w, "%s was changed.\n", oneLine(key.Name)) })
	})
}

// choice is what the flags say about users who are linked to a former issuer.
func (k *providerUpdateCmd) choice() loginkeys.IdentityChoice {
	return loginkeys.IdentityChoice{Move: k.Identities == "move", Leave: k.Identities == "leave", Address: k.IdentitiesAddress}
}

// decide carries out --identities for a provider that keeps its address.
func (k *providerUpdateCmd) decide(ctx context.Context, c *console, o *opened, key federation.LoginKey) error {
	if k.Identities == "" {
		return nil
	}
	must, err := o.Undecided(ctx, key.ID)
	if err == nil && must == nil {
		return mistakef("--identities: no links of %s are undecided; nothing was changed", oneLine(key.Name))
	}
	if err == nil {
		_, err = o.DecideIdentities(ctx, c.operator(), key.ID, k.choice())
	}
	return undecided(err)
}

// undecided names the flags that decide about users who are linked to a former
// issuer.
func undecided(err error) error {
	if must, ok := errors.AsType[*loginkeys.MustDecide](err); ok {
		typed := ""
		if !must.Same && !must.Unfinished {
			typed = fmt.Sprintf(" Nothing shows that %s is the same provider: to move them anyway, add --identities-address with this address; administrators are not moved.", must.Address)
		}
		return mistakef("nothing was changed: %s linked to a former issuer (%s); add --identities move or --identities leave.%s", count(must.Identities, "user is", "users are"), strings.Join(must.Former, ", "), typed)
	}
	if problems, ok := errors.AsType[forms.Problems](err); ok && problems[0].Field == "identities_address" {
		return mistakef("--identities-address: %s", problems.Words(templates.Sentence))
	}
	return err
}

// agree asks before a change that locks users out or lets others in.
func (k *providerUpdateCmd) agree(ctx context.Context, c *console, o *opened, before, after federation.LoginKey) error {
	if k.Yes {
		return nil
	}
	e, err := o.Foresee(ctx, authentication.PolicyOf(before), authentication.PolicyOf(after))
	if err != nil || !e.Risky() {
		return err
	}
	var all []string
	for _, line := range []struct {
		effect linking.Effect
		text   string
	}{
		{e.LockedOut, "could no longer sign in at all"}, {e.Merged, "would be linked at once, without confirmation"},
		{e.Split, "would get a second account"}, {e.Refused, "would be refused at this provider"}, {e.Asked, "would have to confirm their account first"},
	} {
		if line.effect.Count > 0 {
			all = append(all, count(line.effect.Count, "user", "users")+" "+line.text)
		}
	}
	return c.confirm(fmt.Sprintf("This changes who can sign in: %s. Save anyway? Type yes: ", strings.Join(all, "; ")), "nothing was saved", "--yes")
}
