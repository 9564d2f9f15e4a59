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
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

type keyUpdateCmd struct {
	which    `embed:""`
	keyFlags `embed:""`
	Yes      bool `help:"Do not ask, also where it changes who gets in."`

	Identities        word   `enum:"move,leave," default:"" placeholder:"WORD" help:"What becomes of people who are known under the issuer before, where --base-url is another: move or leave them. Without --base-url: of those about whom nobody decided."`
	IdentitiesAddress string `placeholder:"URL" help:"The new address, typed again, to move people where nothing shows that the same provider is there."`
}

// Help is the long text of --help.
func (*keyUpdateCmd) Help() string {
	return `What is not said stays. A list takes the place of the one that is kept, and "--scope=" empties it; --claim and --option change what they name. Another --base-url is refused, with exit code 2, while people are known under the issuer before and --identities does not say what becomes of them. fedhub key switch switches the key on and off.`
}

// Run changes a key.
func (k *keyUpdateCmd) Run(ctx context.Context, typed *kong.Context, c *console) error {
	if err := k.read(typed, c); err != nil {
		return err
	}
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
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
		_, err := o.ChangeLoginKey(ctx, c.operator(), key.ID, k.secret, operator.KeepSignedIn, func(kept *federation.LoginKey) {
			_ = k.write(kept) // which could be written a moment ago
		}, k.choice())
		if err != nil {
			return undecided(err)
		}
		if key, err = o.LoginKey(ctx, key.ID); err != nil {
			return err
		}
		return k.print(c, keyRowOf(o, key), func(w io.Writer) { fmt.Fprintf(w, "%s was changed.\n", oneLine(key.Name)) })
	})
}

// choice is what the flags say of people who are known under another issuer.
func (k *keyUpdateCmd) choice() operator.IdentityChoice {
	return operator.IdentityChoice{Move: k.Identities == "move", Leave: k.Identities == "leave", Address: k.IdentitiesAddress}
}

// decide carries out --identities for a key that keeps its address.
func (k *keyUpdateCmd) decide(ctx context.Context, c *console, o *opened, key federation.LoginKey) error {
	if k.Identities == "" {
		return nil
	}
	must, err := o.Undecided(ctx, key.ID)
	if err == nil && must == nil {
		return mistakef("--identities: nothing is to be decided about people of %s; nothing was changed", oneLine(key.Name))
	}
	if err == nil {
		_, err = o.DecideIdentities(ctx, c.operator(), key.ID, k.choice())
	}
	return undecided(err)
}

// undecided says which flags decide what becomes of people who are known under
// another issuer.
func undecided(err error) error {
	if must, ok := errors.AsType[*operator.MustDecide](err); ok {
		people, typed := fmt.Sprintf("%d people are", must.Identities), ""
		if must.Identities == 1 {
			people = "1 person is"
		}
		if !must.Same && !must.Unfinished {
			typed = fmt.Sprintf(" Nothing shows that the same provider is at %s: to move them there, type it again with --identities-address; administrators stay behind.", must.Address)
		}
		return mistakef("%s known under another issuer (%s): say with --identities move or --identities leave what becomes of them.%s Nothing was changed.", people, strings.Join(must.Former, ", "), typed)
	}
	if problems, ok := errors.AsType[forms.Problems](err); ok && problems[0].Field == "identities_address" {
		return mistakef("--identities-address: %s", problems.Words(templates.Sentence))
	}
	return err
}

// agree asks before a change that locks people out or lets others in.
func (k *keyUpdateCmd) agree(ctx context.Context, c *console, o *opened, before, after federation.LoginKey) error {
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
		{e.LockedOut, "could sign in by nothing at all any more"}, {e.Merged, "would be linked at once, without being asked"},
		{e.Split, "would get a second account"}, {e.Refused, "would be refused there"}, {e.Asked, "would be asked to prove their account first"},
	} {
		if line.effect.Count > 0 {
			all = append(all, fmt.Sprintf("%d people %s", line.effect.Count, line.text))
		}
	}
	return c.confirm(fmt.Sprintf("This changes who gets in: %s. Save it all the same? Type yes: ", strings.Join(all, "; ")), "nothing was saved", "--yes")
}
