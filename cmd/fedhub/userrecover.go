package main

import (
	"context"
	"fmt"
	"io"

	"github.com/fedhub/fedhub/hub/users"
)

type userRecoverCmd struct {
	who `embed:""`
}

// Run removes the second factors of a user who lost all of them.
func (u *userRecoverCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		if err := o.ResetSecondFactor(ctx, c.operator(), person.ID); err != nil {
			return err
		}
		return u.print(c, userRowOf(person), func(w io.Writer) {
			fmt.Fprintf(w, "The authenticator app, passkeys and recovery codes of %s are removed, and they are signed out everywhere. They sign in with their password and set up a new second factor.\n", oneLine(account(person)))
			if !o.Delivers() {
				fmt.Fprintln(w, "This hub sends no emails (FEDHUB_MAIL_URL), so nobody was told by email. Tell them yourself; the other administrators see a warning on the overview.")
			}
		})
	})
}
