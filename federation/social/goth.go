package social

import (
	"net/http"

	"github.com/markbates/goth"
	"github.com/markbates/goth/providers/amazon"
	"github.com/markbates/goth/providers/bitbucket"
	"github.com/markbates/goth/providers/box"
	"github.com/markbates/goth/providers/digitalocean"
	"github.com/markbates/goth/providers/dropbox"
	"github.com/markbates/goth/providers/facebook"
	"github.com/markbates/goth/providers/gitea"
	"github.com/markbates/goth/providers/github"
	"github.com/markbates/goth/providers/heroku"
	"github.com/markbates/goth/providers/hubspot"
	"github.com/markbates/goth/providers/kakao"
	"github.com/markbates/goth/providers/mastodon"
	"github.com/markbates/goth/providers/naver"
	"github.com/markbates/goth/providers/nextcloud"
	"github.com/markbates/goth/providers/patreon"
	"github.com/markbates/goth/providers/spotify"
	"github.com/markbates/goth/providers/strava"
	"github.com/markbates/goth/providers/uber"
	"github.com/markbates/goth/providers/vk"
	"github.com/markbates/goth/providers/zoom"
)

// An app is our registration at a provider, for goth.
type app struct {
	id, secret, callback string
	site                 string // the Base URL
	scopes               []string
	http                 *http.Client
}

func openAmazon(a app) goth.Provider {
	p := amazon.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openBitbucket(a app) goth.Provider {
	p := bitbucket.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openBox(a app) goth.Provider {
	p := box.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openDigitalOcean(a app) goth.Provider {
	p := digitalocean.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openDropbox(a app) goth.Provider {
	p := dropbox.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openFacebook(a app) goth.Provider {
	p := facebook.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openGitea(a app) goth.Provider {
	p := gitea.NewCustomisedURL(a.id, a.secret, a.callback, a.site+"/login/oauth/authorize", a.site+"/login/oauth/access_token", a.site+"/api/v1/user", a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openGitHub(a app) goth.Provider {
	p := github.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openGitHubEnterprise(a app) goth.Provider {
	p := github.NewCustomisedURL(a.id, a.secret, a.callback, a.site+"/login/oauth/authorize", a.site+"/login/oauth/access_token",
		a.site+"/api/v3/user", a.site+"/api/v3/user/emails", a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openHeroku(a app) goth.Provider {
	p := heroku.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openHubSpot(a app) goth.Provider {
	p := hubspot.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openKakao(a app) goth.Provider {
	p := kakao.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openMastodon(a app) goth.Provider {
	p := mastodon.NewCustomisedURL(a.id, a.secret, a.callback, a.site, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openNaver(a app) goth.Provider {
	p := naver.New(a.id, a.secret, a.callback)
	p.HTTPClient = a.http
	return p
}

func openNextcloud(a app) goth.Provider {
	p := nextcloud.NewCustomisedDNS(a.id, a.secret, a.callback, a.site, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openPatreon(a app) goth.Provider {
	p := patreon.NewCustomisedURL(a.id, a.secret, a.callback, "https://www.patreon.com/oauth2/authorize", "https://www.patreon.com/api/oauth2/token",
		"https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=created,email,is_email_verified,full_name,image_url,vanity", a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openSpotify(a app) goth.Provider {
	p := spotify.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openStrava(a app) goth.Provider {
	p := strava.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openUber(a app) goth.Provider {
	p := uber.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openVK(a app) goth.Provider {
	p := vk.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}

func openZoom(a app) goth.Provider {
	p := zoom.New(a.id, a.secret, a.callback, a.scopes...)
	p.HTTPClient = a.http
	return p
}
