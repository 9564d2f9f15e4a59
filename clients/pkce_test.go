package clients

import (
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
)

func TestWhatWasStoredBeforeThereWereThreeStates(t *testing.T) {
	if got := webApp().PKCERule(); got != PKCEAlways {
		t.Errorf("without the tick: %s", got)
	}
	if got := with(webApp(), func(c *Client) { c.PKCEOptional = true }).PKCERule(); got != PKCEOptional {
		t.Errorf("with the tick: %s", got)
	}
}

func TestTheThirdStateIsKeptAsTheTickOfBefore(t *testing.T) {
	for said, want := range map[PKCE]struct {
		word PKCE
		tick bool
	}{
		"": {"", true}, PKCEAlways: {PKCEAlways, false}, PKCEUnlessNonce: {PKCEUnlessNonce, false}, PKCEOptional: {"", true},
	} {
		c := with(webApp(), func(c *Client) { c.PKCE, c.PKCEOptional = said, true })
		c.Tidy()
		if c.PKCE != want.word || c.PKCEOptional != want.tick {
			t.Errorf("%q: kept as %q and %v", said, c.PKCE, c.PKCEOptional)
		}
	}
}

func TestWhoNeedsPKCEAlwaysHasNoChoice(t *testing.T) {
	for what, edit := range map[string]func(*Client){
		"a page":                    func(c *Client) { c.Type, c.AuthMethod = SPA, clientauth.MethodNone },
		"an installed app":          func(c *Client) { c.Type, c.AuthMethod = Native, clientauth.MethodNone },
		"an app with a document":    func(c *Client) { c.Document = new(Document) },
		"another hub":               func(c *Client) { c.Server = new(FederatedHub) },
		"a client of high security": func(c *Client) { c.HighSecurity = fapi.Security },
	} {
		for _, state := range []PKCE{PKCEUnlessNonce, PKCEOptional} {
			c := with(webApp(), edit)
			c.PKCE = state
			if c.PKCERule() != PKCEAlways {
				t.Errorf("%s, %s: %s", what, state, c.PKCERule())
			}
			if c.Tidy(); c.PKCERule() != PKCEAlways {
				t.Errorf("%s, %s, tidied: %s", what, state, c.PKCERule())
			}
		}
	}
}

// A client that registered itself may become public and confidential again. A
// PKCE setting that an administrator chose does not get weaker by that detour.
func TestNoClientIsRidOfAChosenStateByHavingNoChoiceForAMoment(t *testing.T) {
	for what, edit := range map[string]func(*Client){
		"public":        func(c *Client) { c.Type, c.AuthMethod = SPA, clientauth.MethodNone },
		"a service":     func(c *Client) { c.Type = Service },
		"high security": func(c *Client) { c.HighSecurity = fapi.Security },
	} {
		for _, chosen := range []PKCE{PKCEAlways, PKCEUnlessNonce} {
			c := with(webApp(), func(c *Client) { c.PKCE = chosen })
			usual := c
			edit(&c)
			c.Tidy()
			c.Type, c.AuthMethod, c.HighSecurity = usual.Type, usual.AuthMethod, usual.HighSecurity
			c.PKCEOptional = true // as in the metadata of every confidential client
			if c.Tidy(); c.PKCERule() != PKCEAlways {
				t.Errorf("%s, %s: it became %s", what, chosen, c.PKCERule())
			}
		}
	}
}

func TestAnAdministratorsAppGetsTheUsualStateOnlyWhereNothingWasSaid(t *testing.T) {
	for said, want := range map[PKCE]PKCE{"": PKCEUnlessNonce, PKCEAlways: PKCEAlways, PKCEUnlessNonce: PKCEUnlessNonce, PKCEOptional: PKCEOptional} {
		c := with(webApp(), func(c *Client) { c.PKCE = said })
		if c.UsualPKCE(); c.PKCERule() != want {
			t.Errorf("%q: %s", said, c.PKCERule())
		}
	}
	imported := with(webApp(), func(c *Client) { c.PKCEOptional = true })
	if imported.UsualPKCE(); imported.PKCERule() != PKCEOptional {
		t.Errorf("with the tick: %s", imported.PKCERule())
	}
}
