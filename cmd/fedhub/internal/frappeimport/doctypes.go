package frappeimport

import "github.com/fedhub/fedhub/cmd/fedhub/internal/frappeschema"

// The doctypes that are read.
const (
	User             = frappeschema.User
	OAuthClient      = frappeschema.OAuthClient
	ProviderSettings = frappeschema.ProviderSettings
	OAuthSettings    = frappeschema.OAuthSettings
	SocialLoginKey   = frappeschema.SocialLoginKey
	UserSocialLogin  = frappeschema.UserSocialLogin
	HasRole          = frappeschema.HasRole
	ClientRole       = frappeschema.ClientRole
	SystemSettings   = frappeschema.SystemSettings
	DefaultValue     = frappeschema.DefaultValue
	Auth             = frappeschema.Auth
)
