package frappe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// The suite's provider has addresses of its own, and signs its id_tokens with a
// key that no Frappe site has. So the addresses are translated on the way, and
// an id_token is taken out, as it is where a client's scopes lack openid.
func TestTheConnectorIsAPlainOne(t *testing.T) {
	open := func(key federation.LoginKey, env federation.Dependencies) (federation.Connector, error) {
		client := *env.HTTP
		client.Transport = translator{client.Transport}
		env.HTTP = &client
		connector, err := frappe.New(key, env)
		if err != nil {
			return nil, err
		}
		return translated{connector.(*frappe.Connector)}, nil
	}
	federationtest.RunPlain(t, federation.KindFrappe, open, func(w *federationtest.World) { w.Key.Scopes = []string{"openid"} })
}

var places = strings.NewReplacer(
	"/api/method/frappe.integrations.oauth2.authorize", federationtest.PathAuthorize,
	"/api/method/frappe.integrations.oauth2.get_token", federationtest.PathToken,
	"/api/method/frappe.integrations.oauth2.openid_profile", federationtest.PathUserinfo,
)

type translated struct{ *frappe.Connector }

func (c translated) Begin(ctx context.Context, leg *federation.AuthState, hints federation.AuthRequestOptions) (string, error) {
	to, err := c.Connector.Begin(ctx, leg, hints)
	return places.Replace(to), err
}

type translator struct{ inner http.RoundTripper }

func (t translator) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path = places.Replace(r.URL.Path)
	resp, err := t.inner.RoundTrip(r)
	if err != nil || r.URL.Path != federationtest.PathToken || resp.ContentLength < 0 || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	if json.Unmarshal(body, &answer) == nil && answer["id_token"] != nil {
		delete(answer, "id_token")
		if body, err = json.Marshal(answer); err != nil {
			return nil, err
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}
