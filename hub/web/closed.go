package web

import (
	"net/http"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// ClosedToApps explains to a user who has asked to delete their account why apps
// refuse the sign-in. The app cannot know the reason.
func ClosedToApps() error {
	return &ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("deleteaccount.title-pending"), Text: locales.Say("deleteaccount.closed-to-apps-do"),
		Action: templates.Action{Label: locales.Say("deleteaccount.keep-button"), URL: "/account/delete"}}
}
