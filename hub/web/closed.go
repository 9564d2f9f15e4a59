package web

import (
	"net/http"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// ClosedToApps tells a user who asked for the deletion of their account why no
// app is open to them. The app could not say.
func ClosedToApps() error {
	return &ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("deleteaccount.title-pending"), Text: locales.Say("deleteaccount.closed-to-apps-do"),
		Action: templates.Action{Label: locales.Say("deleteaccount.keep-button"), URL: "/account/delete"}}
}
