// Package hubaddress has the addresses of this hub that providers use.
// Requests, administration pages and routes all use these.
package hubaddress

// The paths below the hub's address. A path that ends in a slash is followed by
// the id of the login key. They never change, because they are registered at
// providers.
const (
	CallbackPath    = "/signin/from/"
	SignedOutPath   = "/signed-out"
	BackchannelPath = "/oauth2/backchannel/"
	MetadataPath    = "/oauth2/client-metadata/"
	KeysPath        = "/oauth2/jwks"
)

// A Hub is the public address of a hub, without a trailing slash.
type Hub string

// Callback is the redirect_uri for a login key. Each key has its own (RFC 9700
// §4.4.2).
func (h Hub) Callback(key string) string { return string(h) + CallbackPath + key }

// SignedOut is where users return after a sign-out at a provider
// (post_logout_redirect_uri, RP-Initiated Logout 1.0 §2).
func (h Hub) SignedOut() string { return string(h) + SignedOutPath }

// Backchannel is where a provider sends notices of ended sessions
// (backchannel_logout_uri, Back-Channel Logout 1.0 §2.2).
func (h Hub) Backchannel(key string) string { return string(h) + BackchannelPath + key }

// Metadata is the hub's client_id at another hub: the address of its metadata
// document (draft-ietf-oauth-client-id-metadata-document).
func (h Hub) Metadata(key string) string { return string(h) + MetadataPath + key }

// Keys is the hub's jwks_uri.
func (h Hub) Keys() string { return string(h) + KeysPath }
