package maillinks

import (
	"context"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/templates/letters"
)

// InvitationLink is where an invitation is accepted.
func (k *Service) InvitationLink(token string) string { return k.URL + "/invite/" + token }

// MailInvitation sends it to whom it invites.
func (k *Service) MailInvitation(ctx context.Context, i users.Invitation, token string) error {
	return k.Mail(ctx, i.Email, letters.Invitation{
		Hub: k.Hub(ctx), Address: k.URL, Email: i.Email, Link: k.InvitationLink(token), Life: i.Expires.Sub(i.Created),
	})
}
