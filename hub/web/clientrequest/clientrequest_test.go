package clientrequest_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
)

func TestWhatIsSecretIsNotTakenFromTheAddress(t *testing.T) {
	post := func(address string) error {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequest("POST", address, strings.NewReader("token=abc"))
		c.Request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		_, err := clientrequest.Form(c)
		return err
	}
	if err := post("/oauth2/revoke?about=this"); err != nil {
		t.Errorf("a harmless parameter in the address: %v", err)
	}
	for _, name := range []string{"client_secret", "code", "refresh_token", "token"} {
		var refused *oauth.Error
		if err := post("/oauth2/revoke?" + name + "=abc"); !errors.As(err, &refused) || refused.Code != "invalid_request" {
			t.Errorf("%s in the address: got %v", name, err)
		}
	}
}

func TestAClientAsksForNoMoreThanItIsRegisteredFor(t *testing.T) {
	client := clients.Client{}
	client.Scopes = []string{"openid", "email"}
	var a clientrequest.Authenticator
	a.Requests = &authrequest.Service{APIs: apis.New(apis.Options{Issuer: "https://hub.example", Now: time.Now})}
	access := func(client clients.Client, form oauth.Params) ([]string, error) {
		got, err := a.PersonalAccess(t.Context(), client, clients.GrantDevice, form)
		return got.Scopes, err
	}
	if scopes, err := access(client, oauth.Params{}); err != nil || !slices.Equal(scopes, []string{"openid"}) {
		t.Errorf("without a scope: got %v, %v", scopes, err)
	}
	if _, err := access(client, oauth.Params{"scope": "openid phone"}); err == nil {
		t.Error("a scope that it is not registered for was taken")
	}
	if _, err := access(client, oauth.Params{"resource": "https://hub.example/api"}); err == nil {
		t.Error("a resource that it was not granted was taken")
	}
	client.Scopes = []string{"email"}
	if _, err := access(client, oauth.Params{}); err == nil {
		t.Error("the usual scope was taken without a registration for it")
	}
}
