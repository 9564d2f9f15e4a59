package hubtest

import "github.com/fedhub/fedhub/internal/testkit/frappetest"

const SiteAPIKey, SiteAPISecret = "a1b2c3d4e5f6a7b", "f7e6d5c4b3a2f1e"

// A Linking is a site with a REST API, added by its address.
type Linking struct {
	*Waiting
	Api *frappetest.API
}

func NewLinking(w *World, pairs ...string) *Linking {
	w.Helper()
	api := frappetest.NewAPI(w, frappetest.G2a, SiteAPIKey, SiteAPISecret)
	x := &Linking{&Waiting{World: w, Admin: w.Operator(), Site: api.Site}, api}
	_, values := x.Admin.AddSite(append([]string{"site", api.URL}, pairs...)...)
	x.App = w.AddedSite(values)
	return x
}

// Enter lets the hub enter the values at the site.
func (x *Linking) Enter(pairs ...string) Page {
	x.Helper()
	path := "/admin/clients/" + x.App.ID + "/setup"
	return x.Admin.Submit(x.Admin.Open(path), path+"/site", append([]string{"api_key", SiteAPIKey, "api_secret", SiteAPISecret}, pairs...)...)
}

func (x *Linking) Secrets() int {
	x.Helper()
	c, err := x.Hub.Client(x.Context(), x.App.ID)
	if err != nil {
		x.Fatal(err)
	}
	return len(c.Secrets)
}
