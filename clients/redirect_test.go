package clients

import "testing"

func TestANativeClientMayChooseItsLoopbackPort(t *testing.T) {
	app := nativeApp()
	app.RedirectURIs = []string{"http://127.0.0.1:7000/cb"}
	if !app.AllowsRedirect("http://127.0.0.1:7001/cb") {
		t.Error("a native client may choose its port")
	}
}

func TestThePortOfAWebClientIsFixedEvenOnLoopback(t *testing.T) {
	app := webApp()
	app.RedirectURIs = []string{"http://127.0.0.1:7000/cb"}
	if app.AllowsRedirect("http://127.0.0.1:7001/cb") {
		t.Error("a web client may not change its port")
	}
}

func TestPostLogoutAddressesFollowTheSameRule(t *testing.T) {
	app := webApp()
	app.PostLogoutRedirectURIs = []string{"https://app.example.com/bye"}
	if !app.AllowsPostLogout("https://app.example.com/bye") {
		t.Error("the registered address was not allowed")
	}
	if app.AllowsPostLogout("https://app.example.com/bye/") || app.AllowsPostLogout("https://app.example.com/cb") {
		t.Error("an address that is not registered for logout was allowed")
	}
}
