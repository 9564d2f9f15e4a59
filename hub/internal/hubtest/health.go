package hubtest

import (
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
)

func (w *World) OpenIDKey(name, baseURL string) federation.LoginKey {
	w.Helper()
	key, err := w.Hub.AddLoginKey(w.Context(), audit.Named("test"), federation.LoginKey{
		Kind: federation.KindOpenID, Name: name, BaseURL: baseURL, ClientID: "us", Enabled: true}, "secret", "")
	if err != nil {
		w.Fatal(err)
	}
	return key
}
