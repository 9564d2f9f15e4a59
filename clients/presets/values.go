package presets

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/fedhub/fedhub/clients"
)

// A Hub is this hub's addresses for applications.
type Hub struct{ Issuer, Discovery, Authorize, Token, Userinfo, Keys, SignOut string }

// At returns the addresses of the hub with this issuer.
func At(issuer string) Hub {
	return Hub{
		Issuer: issuer, Discovery: issuer + "/.well-known/openid-configuration", Authorize: issuer + "/oauth2/authorize", Token: issuer + "/oauth2/token",
		Userinfo: issuer + "/oauth2/userinfo", Keys: issuer + "/oauth2/jwks", SignOut: issuer + "/oauth2/logout",
	}
}

// Values are what to enter at the application, by its own field names. The
// value of an unknown secret is empty: it was only shown once.
func (p Preset) Values(hub Hub, c clients.Client, a Answers, secret string) []Value {
	fill := strings.NewReplacer(
		"{{", "{{", // the application's own placeholders
		"{url}", a.URL, "{name}", a.Name, "{escaped}", url.QueryEscape(a.URL), "{client_id}", c.ID, "{client_secret}", secret,
		"{issuer}", hub.Issuer, "{discovery}", hub.Discovery, "{authorize}", hub.Authorize, "{token}", hub.Token, "{userinfo}", hub.Userinfo, "{sign_out}", hub.SignOut,
	)
	var all []Value
	for _, v := range p.Enter {
		all = append(all, Value{v.Field, fill.Replace(v.Text)})
	}
	return all
}

// Of returns the preset that a client's redirect URIs match, and its answers;
// false if there is none. A path that many applications use only counts if the
// client has the application's name.
func Of(c clients.Client) (found Preset, answers Answers, ok bool) {
	longest := 0
	for _, p := range All() {
		if p.Site || p.Common && !strings.Contains(strings.ToLower(c.Name), strings.ToLower(p.Name)) {
			continue
		}
		for _, address := range c.RedirectURIs {
			pattern := p.Client.RedirectURIs[0]
			if a, fits := read(pattern, address); fits && len(pattern) > longest {
				found, answers, ok, longest = p, a, true, len(pattern)
			}
		}
	}
	if ok && answers.Name == "" { // it is in another address, if at all
		named, _ := read(found.Client.BackchannelLogoutURI, c.BackchannelLogoutURI)
		answers.Name = cmp.Or(named.Name, found.Called.Default)
	}
	return found, answers, ok
}

// read parses an address that was made from a pattern like
// "{url}/broker/{name}/endpoint".
func read(pattern, address string) (Answers, bool) {
	path, end, named := strings.Cut(strings.TrimPrefix(pattern, "{url}"), "{name}")
	if !named {
		url, fits := strings.CutSuffix(address, path)
		return Answers{URL: url}, fits
	}
	rest, fits := strings.CutSuffix(address, end)
	at := strings.LastIndex(rest, path)
	if !fits || at < 0 {
		return Answers{}, false
	}
	return Answers{URL: rest[:at], Name: rest[at+len(path):]}, !strings.Contains(rest[at+len(path):], "/")
}
