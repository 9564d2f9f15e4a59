package maillinks

import (
	"context"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/users"
)

// InvitationLink is the page that accepts an invitation.
func (k *Service) InvitationLink(token string) string { return k.URL + "/invite/" + token }

// MailInvitation emails it to the invited address.
func (k *Service) MailInvitation(ctx context.Context, i users.Invitation, token string) error {
	return k.Mailer.Mail(ctx, mail.NewEmail(i.Email, "invitation", "link", k.InvitationLink(token), "life", i.Expires.Sub(i.Created)))
}
