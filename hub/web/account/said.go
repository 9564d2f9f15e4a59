package account

import (
	"cmp"
	"context"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates/locales"
)

// sentences describe events to the user of the account. Kinds without a sentence
// are not shown: they are steps of a sign-in, or for administrators.
var sentences = map[string]string{
	audit.SetupDone:         "activity.account-created",
	audit.UserAdded:         "activity.account-created",
	audit.SignInOK:          "activity.signed-in",
	audit.SignInFailed:      "activity.sign-in-failed",
	audit.SignOut:           "activity.signed-out",
	audit.LogoutReceived:    "activity.provider-signed-out",
	audit.UpstreamEnded:     "activity.provider-signed-out",
	audit.LinkMade:          "activity.connected",
	audit.LinkRemoved:       "activity.disconnected",
	audit.LinkUndone:        "activity.connection-undone",
	audit.ConsentGiven:      "activity.app-allowed",
	audit.ConsentDenied:     "activity.app-denied",
	audit.GrantRemoved:      "activity.app-removed",
	audit.Collected:         "activity.device-signed-in",
	audit.SessionsEnded:     "activity.session-ended",
	audit.EmailVerified:     "activity.email-changed",
	audit.EmailRestored:     "activity.email-restored",
	audit.PasswordForgot:    "activity.reset-sent",
	audit.ResetSent:         "activity.reset-sent",
	audit.PasswordChanged:   "activity.password-changed",
	audit.BrowserConfirmed:  "activity.browser-confirmed",
	audit.SecondAdded:       "activity.second-added",
	audit.SecondRemoved:     "activity.second-removed",
	audit.SecondFailed:      "activity.second-failed",
	audit.RecoveryMade:      "activity.recovery-made",
	audit.RecoveryUsed:      "activity.recovery-used",
	audit.TrustedAdded:      "activity.trusted-added",
	audit.TrustedRemoved:    "activity.trusted-removed",
	audit.PasskeyAdded:      "activity.passkey-added",
	audit.PasskeyRenamed:    "activity.passkey-renamed",
	audit.PasskeyRemoved:    "activity.passkey-removed",
	audit.UserChanged:       "activity.profile-changed",
	audit.UserDisabled:      "activity.disabled",
	audit.UserEnabled:       "activity.enabled",
	audit.DataTaken:         "activity.data-downloaded",
	audit.DeletionAsked:     "activity.deletion-asked",
	audit.DeletionCancelled: "activity.deletion-cancelled",
	audit.MemberAdded:       "activity.group-joined",
	audit.MemberRemoved:     "activity.group-left",
	audit.RolesChanged:      "activity.roles-changed",
}

// said is the sentence of an event. shown is false for events that the user's
// page leaves out: an administrator's changes to other accounts, for example.
func said(e audit.Event, userID string, names *eventNames) (text locales.Text, shown bool) {
	id := sentences[e.Kind]
	if id == "" || e.Target != "" && e.Target != userID {
		return locales.Text{}, false
	}
	switch {
	case e.Kind == audit.SignInOK && e.Why.Code == "prove.again":
		id = "activity.confirmed"
	case e.Kind == audit.SessionsEnded && e.Detail["which"] == "all":
		id = "activity.all-ended"
	case e.Kind == audit.SessionsEnded && e.Detail["which"] == "others":
		id = "activity.others-ended"
	case e.Kind == audit.SessionsEnded && e.Detail["which"] == "disowned":
		id = "activity.disowned"
	case e.Kind == audit.SessionsEnded && e.Detail["which"] == "guessed":
		id = "activity.guessed"
	case e.Kind == audit.UserChanged && e.Detail["email"] != "": // by an administrator
		id = "activity.email-changed"
	}
	return locales.Say(id, "app", names.app(e.Client), "provider", names.provider(e.LoginKey), "name", e.Detail["name"], "email", e.Detail["email"], "group", e.Detail["group"]), true
}

// eventNames looks up the names of apps and providers, each once.
type eventNames struct {
	app      func(id string) string
	provider func(id string) string
}

func (d *Handler) namesFor(ctx context.Context) *eventNames {
	return &eventNames{
		app: once(func(id string) string {
			client, err := d.Clients.Lookup(ctx, id)
			if err != nil {
				return id // deleted meanwhile
			}
			return cmp.Or(web.Shown(client).Shown(), id)
		}),
		provider: once(func(id string) string {
			key, err := d.Upstreams.Get(ctx, id)
			if err != nil {
				return id
			}
			return key.Name
		}),
	}
}

// once caches the name of each id; an empty id has no name.
func once(look func(id string) string) func(id string) string {
	names := map[string]string{"": ""}
	return func(id string) string {
		name, known := names[id]
		if !known {
			name = look(id)
			names[id] = name
		}
		return name
	}
}
