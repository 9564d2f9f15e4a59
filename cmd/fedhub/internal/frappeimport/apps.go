package frappeimport

import (
	"strings"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/sitekey"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
)

// A siteApp is the authenticator app of a user of the site.
type siteApp struct {
	secret string // as stored: encrypted, or plain in old versions
	used   bool   // the user has entered a code of it
}

const (
	appSecret = "_otpsecret"
	appUsed   = "_otplogin"
)

// setting keeps what a row of tabDefaultValue says of the second factor of a user.
// Others are not read.
func (e *Export) setting(d Doc) {
	key, value := d.text("defkey"), d.text("defvalue")
	if user, ok := strings.CutSuffix(key, appSecret); ok && value != "" {
		a := e.Apps[strings.ToLower(user)]
		a.secret = value
		e.Apps[strings.ToLower(user)] = a
	} else if user, ok := strings.CutSuffix(key, appUsed); ok {
		a := e.Apps[strings.ToLower(user)]
		a.used = value != "" && value != "0"
		e.Apps[strings.ToLower(user)] = a
	}
}

// personApp takes over the secret of the user's authenticator app. One that was
// never used is left: users who get codes by email or SMS have a secret too.
func personApp(a siteApp, key sitekey.Key, p *Person, r *Record) {
	if !a.used || a.secret == "" {
		return
	}
	secret := a.secret
	if strings.HasPrefix(secret, "gAAAA") { // a Fernet token
		if key == nil {
			r.note("The authenticator app of this user is not imported, because its secret is encrypted.")
			r.todo("To import it, add --site-config with the site_config.json of the site.")
			return
		}
		var err error
		if secret, err = key.Open(secret); err != nil {
			r.note("The authenticator app of this user is not imported: " + err.Error() + ".")
			return
		}
	}
	if secret = strings.ToUpper(strings.TrimRight(strings.TrimSpace(secret), "=")); !secondfactor.ValidSecret(secret) {
		r.note("The authenticator app of this user is not imported, because its secret is not valid here.")
		return
	}
	p.App = secret
	r.note("The user's authenticator app works here too.")
}
