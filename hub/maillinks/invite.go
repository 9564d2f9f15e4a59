package maillinks

import (
	"context"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// InvitationLink is where an invitation is accepted.
func (k *Service) InvitationLink(token string) string { return k.URL + "/invite/" + token }

// MailInvitation sends it to whom it invites.
func (k *Service) MailInvitation(ctx context.Context, i users.Invitation, token string) error {
	return k.Mailer.Mail(ctx, mail.NewEmail(i.Email, "invitation", "link", k.InvitationLink(token), "life", i.Expires.Sub(i.Created)))
}
