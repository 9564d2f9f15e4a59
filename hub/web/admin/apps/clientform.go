package apps

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/algs"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

// A control is one input of the client's form. It converts between the typed
// and the stored value.
type control struct {
	name  string
	read  func(posted map[string]string) // posted value to typed value
	show  func()                         // stored value to typed value
	apply func()                         // typed value to stored value
	some  func() bool                    // the value differs from the default
}

// A section is one collapsible part of the form, by its name on the page. The
// first has no name and is always open.
type section struct {
	name     string
	controls []control
}

// sections is the whole form, in page order.
func sections(f *templates.ClientForm, c *clients.Client) []section {
	return []section{
		{"", []control{
			text("app_name", &f.Name, &c.Name),
			list("redirect_uris", &f.RedirectURIs, &c.RedirectURIs, forms.Addresses, "\n"),
			text("default_redirect_uri", &f.DefaultRedirectURI, &c.DefaultRedirectURI),
			list("scopes", &f.Scopes, &c.Scopes, forms.Words, " "),
			tick("skip_authorization", &f.SkipAuthorization, &c.SkipAuthorization),
			tick("disabled", &f.Disabled, &c.Disabled),
		}},
		{"connects", quiet(
			text("type", &f.Type, &c.Type),
			grantType(f, c),
			responseType(f, c),
			grant("refresh_tokens", &f.RefreshTokens, c, clients.GrantRefresh),
			grant("client_credentials", &f.ClientCredentials, c, clients.GrantClientCredentials),
			pkce(f, c),
			tick("openid_means_profile", &f.OpenIDMeansProfile, &c.OpenIDMeansProfile),
		)},
		{"grants", grantControls(f, c)},
		{"proof", append(proofControls(f, c), tlsControls(f, &c.TLS)...)},
		{"tokens", tokenControls(f, c)},
		{"requests", requestControls(f, &c.Requests, c)},
		{"people", peopleControls(f, c)},
		{"signout", []control{
			text("backchannel_logout_uri", &f.BackchannelLogoutURI, &c.BackchannelLogoutURI),
			tick("backchannel_logout_session", &f.BackchannelLogoutSession, &c.BackchannelLogoutSession),
			text("frontchannel_logout_uri", &f.FrontchannelLogoutURI, &c.FrontchannelLogoutURI),
			tick("frontchannel_logout_session", &f.FrontchannelLogoutSession, &c.FrontchannelLogoutSession),
			list("post_logout_redirect_uris", &f.PostLogoutRedirectURIs, &c.PostLogoutRedirectURIs, forms.Addresses, "\n"),
		}},
		{"security", []control{text("high_security", &f.HighSecurity, &c.HighSecurity)}},
	}
}

func peopleControls(f *templates.ClientForm, c *clients.Client) []control {
	site := c.Frappe
	if site == nil {
		site = new(clients.FrappeSite) // it is not saved
	}
	return []control{
		list("allowed_roles", &f.AllowedRoles, &c.AllowedRoles, admin.Names, "\n"),
		tick("second_factor", &f.SecondFactor, &c.SecondFactor),
		text("client_uri", &f.ClientURI, &c.ClientURI),
		text("logo_uri", &f.LogoURI, &c.LogoURI),
		text("policy_uri", &f.PolicyURI, &c.PolicyURI),
		text("tos_uri", &f.TosURI, &c.TosURI),
		tick("send_errors", &f.SendErrors, &site.SendErrors),
	}
}

func grantControls(f *templates.ClientForm, c *clients.Client) []control {
	return []control{
		responses(&f.Responses, c),
		grantBoxes(&f.Grants, c),
		list("exchange_from", &f.ExchangeFrom, &c.Exchange.From, admin.Names, "\n"),
		tick("exchange_impersonate", &f.ExchangeImpersonate, &c.Exchange.Impersonate),
		tick("exchange_delegate", &f.ExchangeDelegate, &c.Exchange.Delegate),
		usually("poll", "ciba_delivery", &f.CIBADelivery, &c.CIBA.Delivery),
		text("ciba_notification_uri", &f.CIBANotificationURI, &c.CIBA.NotificationURI),
		text("ciba_request_alg", &f.CIBARequestAlg, &c.Algs.CIBARequest),
	}
}

func proofControls(f *templates.ClientForm, c *clients.Client) []control {
	method := text("auth_method", &f.AuthMethod, &c.AuthMethod)
	method.some = func() bool {
		return !slices.Contains([]string{clientauth.MethodBasic, clientauth.MethodPost, clientauth.MethodNone}, f.AuthMethod)
	}
	return []control{
		method,
		text("assertion_alg", &f.AssertionAlg, &c.Algs.Assertion),
		text("jwks_uri", &f.JWKSURI, &c.JWKSURI),
		text("jwks", &f.JWKS, &c.JWKS),
	}
}

func tlsControls(f *templates.ClientForm, name *clientauth.TLSName) []control {
	return []control{
		text("tls_subject_dn", &f.TLSSubjectDN, &name.SubjectDN),
		text("tls_dns", &f.TLSDNS, &name.DNS),
		text("tls_uri", &f.TLSURI, &name.URI),
		text("tls_ip", &f.TLSIP, &name.IP),
		text("tls_email", &f.TLSEmail, &name.Email),
	}
}

func tokenControls(f *templates.ClientForm, c *clients.Client) []control {
	return slices.Concat(
		[]control{text("id_token_alg", &f.IDTokenAlg, &c.IDTokenAlg)}, sealing("id_token", &f.IDToken, &c.Algs.IDTokenEnc),
		[]control{text("userinfo_alg", &f.UserinfoAlg, &c.Algs.Userinfo)}, sealing("userinfo", &f.Userinfo, &c.Algs.UserinfoEnc),
		[]control{text("authorization_alg", &f.AuthorizationAlg, &c.Algs.Authorization)}, sealing("authorization", &f.Authorization, &c.Algs.AuthorizationEnc),
		[]control{text("introspection_alg", &f.IntrospectionAlg, &c.Algs.Introspection)}, sealing("introspection", &f.Introspection, &c.Algs.IntrospectionEnc),
		[]control{
			tick("id_token_claims", &f.IDTokenClaims, &c.IDTokenClaims),
			tick("opaque_tokens", &f.OpaqueTokens, &c.OpaqueTokens),
			tick("dpop_bound", &f.DPoPBound, &c.DPoPBound),
			tick("certificate_bound", &f.CertificateBound, &c.CertificateBound),
			usually(clients.Public, "subject_type", &f.SubjectType, &c.SubjectType),
			text("sector_identifier_uri", &f.SectorIdentifierURI, &c.SectorIdentifierURI),
			list("resources", &f.Resources, &c.Resources, forms.Addresses, "\n"),
			list("serves", &f.Serves, &c.Serves, forms.Addresses, "\n"),
			list("detail_types", &f.DetailTypes, &c.DetailTypes, forms.Words, " "),
		},
	)
}

func requestControls(f *templates.ClientForm, r *clients.Requests, c *clients.Client) []control {
	return slices.Concat(
		[]control{
			tick("require_pushed", &f.RequirePushed, &r.Pushed),
			tick("require_signed", &f.RequireSigned, &r.Signed),
			text("request_alg", &f.RequestAlg, &c.Algs.Request),
		},
		sealing("request", &f.Request, &c.Algs.RequestEnc),
		[]control{
			list("request_uris", &f.RequestURIs, &r.URIs, forms.Addresses, "\n"),
			seconds("default_max_age", &f.DefaultMaxAge, &r.DefaultMaxAge),
			tick("require_auth_time", &f.RequireAuthTime, &r.RequireAuthTime),
			list("default_acr_values", &f.DefaultACRValues, &r.DefaultACRValues, forms.Words, " "),
			text("initiate_login_uri", &f.InitiateLoginURI, &r.InitiateLoginURI),
			list("origins", &f.Origins, &c.Origins, forms.Words, "\n"),
		},
	)
}

// pkce is a setting with two stored forms; the stored one stays if the choice
// does not change.
func pkce(f *templates.ClientForm, c *clients.Client) control {
	rule := text("pkce", &f.PKCE, new(string))
	kept := func() clients.PKCE { return cmp.Or(c.PKCE, c.PKCERule()) }
	rule.show = func() { f.PKCE = string(kept()) }
	rule.apply = func() {
		if chosen := clients.PKCE(f.PKCE); chosen != "" && chosen != kept() {
			c.PKCE = chosen
		}
	}
	return rule
}

func text[T ~string](name string, typed *string, kept *T) control {
	return control{
		name:  name,
		read:  func(posted map[string]string) { *typed = posted[name] },
		show:  func() { *typed = string(*kept) },
		apply: func() { *kept = T(*typed) },
		some:  func() bool { return *typed != "" },
	}
}

func list(name string, typed *string, kept *[]string, split func(string) []string, between string) control {
	return control{
		name:  name,
		read:  func(posted map[string]string) { *typed = posted[name] },
		show:  func() { *typed = strings.Join(*kept, between) },
		apply: func() { *kept = split(*typed) },
		some:  func() bool { return *typed != "" },
	}
}

func tick(name string, typed, kept *bool) control {
	return control{
		name:  name,
		read:  func(posted map[string]string) { *typed = posted[name] != "" },
		show:  func() { *typed = *kept },
		apply: func() { *kept = *typed },
		some:  func() bool { return *typed },
	}
}

// several is a list with check boxes as items.
func several(name string, choices []templates.Choice, typed *[]string, kept func() []string, apply func()) control {
	return control{
		name: name,
		read: func(posted map[string]string) {
			for _, choice := range choices {
				if posted[choice.ID] != "" {
					*typed = append(*typed, choice.Value)
				}
			}
		},
		show: func() {
			*typed = slices.DeleteFunc(slices.Clone(kept()), func(item string) bool {
				return !slices.ContainsFunc(choices, func(c templates.Choice) bool { return c.Value == item })
			})
		},
		apply: apply,
		some:  func() bool { return len(*typed) > 0 },
	}
}

// seconds may be empty. Text that is not a number becomes a number that
// validation refuses at this field.
func seconds(name string, typed *string, kept **int64) control {
	number := text(name, typed, new(string))
	number.show = func() {
		if *typed = ""; *kept != nil {
			*typed = strconv.FormatInt(**kept, 10)
		}
	}
	number.apply = func() {
		if *kept = nil; strings.TrimSpace(*typed) == "" {
			return
		}
		n, err := strconv.ParseInt(strings.TrimSpace(*typed), 10, 64)
		if err != nil {
			n = -1
		}
		*kept = &n
	}
	return number
}

func sealing(name string, typed *templates.Sealing, kept *algs.Encryption) []control {
	return []control{
		text(name+"_enc", &typed.Key, &kept.Alg),
		text(name+"_enc_content", &typed.Content, &kept.Enc),
	}
}

// usually is a choice with a default. The default is stored as the empty value.
func usually(usual, name string, typed, kept *string) control {
	c := text(name, typed, kept)
	c.apply = func() {
		if *kept = *typed; *typed == usual {
			*kept = ""
		}
	}
	c.some = func() bool { return *typed != "" && *typed != usual }
	return c
}

// quiet controls always have a value, so they never open their section.
func quiet(controls ...control) []control {
	for i := range controls {
		controls[i].some = func() bool { return false }
	}
	return controls
}
