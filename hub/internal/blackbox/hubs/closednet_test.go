package hubs_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// A hub with a public address may fetch from a private one only if the operator
// lists that address, and only with a certificate of a trusted CA
// (FEDHUB_EXTRA_CA).
func TestAHubOnAClosedNetworkReachesWhatItsOperatorNames(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(hubtest.FmtJSON([]string{hubtest.Callback})))
	}))
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	named, err := fetch.ParseAllowed(strings.TrimPrefix(server.URL, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		config hub.Config
		status int
	}{
		"as it comes":        {hub.Config{}, 400},
		"named":              {hub.Config{AllowedAddresses: []fetch.Allowed{named}}, 400},
		"vouched for":        {hub.Config{ExtraCA: ca}, 400},
		"named, vouched for": {hub.Config{AllowedAddresses: []fetch.Allowed{named}, ExtraCA: ca}, 201},
	} {
		row.config.URL = "https://id.example.org"
		w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), row.config)
		w.Policy(settings.RegistrationOpen)
		r := w.Register(hubtest.Metadata{"sector_identifier_uri": server.URL + "/sector.json"})
		hubtest.Want(t, name, r.Status, row.status)
	}
	wrong := hub.Config{URL: "https://id.example.org", SecretKey: make([]byte, 32), ExtraCA: []byte("no certificate")}
	if err := wrong.Check(); err == nil || !strings.Contains(err.Error(), "FEDHUB_EXTRA_CA") {
		t.Errorf("a file without certificates: %v", err)
	}
}
