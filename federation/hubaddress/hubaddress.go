// Package hubaddress says at which addresses of this hub an upstream finds it:
// what is sent there, shown to administrators, and answered by the routes is
// made of these alone.
package hubaddress

// The paths, below the hub's own address. Behind one that ends in a slash
// stands the id of the login key. They never change: they are registered at
// providers.
const (
	CallbackPath    = "/signin/from/"
	SignedOutPath   = "/signed-out"
	BackchannelPath = "/oauth2/backchannel/"
	MetadataPath    = "/oauth2/client-metadata/"
	KeysPath        = "/oauth2/jwks"
)

// A Hub is the public address of one, without a slash at its end.
type Hub string

// Callback is where the provider of a login key sends people back to
// (redirect_uri). Each key has its own (RFC 9700 §4.4.2).
func (h Hub) Callback(key string) string { return string(h) + CallbackPath + key }

// SignedOut is where people come back to when they signed out at a provider
// (post_logout_redirect_uri, RP-Initiated Logout 1.0 §2).
func (h Hub) SignedOut() string { return string(h) + SignedOutPath }

// Backchannel is where a provider says that a session of its own has ended
// (backchannel_logout_uri, Back-Channel Logout 1.0 §2.2).
func (h Hub) Backchannel(key string) string { return string(h) + BackchannelPath + key }

// Metadata is what the hub is called at another one: where it describes itself
// (draft-ietf-oauth-client-id-metadata-document).
func (h Hub) Metadata(key string) string { return string(h) + MetadataPath + key }

// Keys is where the hub publishes its keys (jwks_uri).
func (h Hub) Keys() string { return string(h) + KeysPath }
