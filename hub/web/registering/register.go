package registering

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// Register is the client registration endpoint (RFC 7591 §3, OpenID Connect
// Registration §3).
func (d *Handler) Register(c *gin.Context) error {
	initial, err := d.mayRegister(c)
	if err != nil {
		return err
	}
	declared, err := d.declare(c)
	if err != nil {
		return err
	}
	if initial == "" && declared.ExceedsRegistration() {
		return adminOnly()
	}
	origin := texts.New("client.by.itself")
	from, err := d.newcomer(c)
	if err != nil {
		return err
	}
	if initial != "" {
		from = registration.Newcomer{}
		// The token is used up only here: a mistake in the metadata does not cost a use.
		used, err := d.Initials.Redeem(c.Request.Context(), initial)
		if errors.Is(err, fs.ErrNotExist) {
			return wrongInitialToken(err)
		}
		if err != nil {
			return err
		}
		origin = texts.New("client.by.token", "hint", used.Hint)
	}
	client, secret, token, err := d.Registrations.Register(c.Request.Context(), declared, origin, from)
	if errors.Is(err, registration.ErrFull) {
		return oauth.TemporarilyUnavailable("oauth.register.full").Because(err)
	}
	if err != nil {
		return invalidMetadata(err)
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.ClientRegistered, Client: client.ID, Target: client.Name, IP: c.ClientIP(), Ref: web.Ref(c),
		Detail: map[string]string{"by": origin.Code, "hint": origin.Args["hint"], "vouched": client.Registration.Vouched}})
	c.JSON(http.StatusCreated, d.information(client, secret, token))
	return nil
}

// newcomer is the caller's network, and how many such clients may be kept.
func (d *Handler) newcomer(c *gin.Context) (registration.Newcomer, error) {
	current, err := d.Settings.Current(c.Request.Context())
	return registration.Newcomer{Network: web.Network(c.ClientIP()), PerNetwork: current.RegisteredFromOne(), InAll: current.RegisteredAtMost()}, err
}

// adminOnly refuses CIBA: any client could otherwise find out who has an
// account here, and send those users any number of requests (CIBA §14).
func adminOnly() error {
	return registrationError(registration.InvalidMetadata, "asking people by back channel is for clients that register with an initial access token or with a software statement; leave "+clients.GrantCIBA+" out")
}

// mayRegister checks the caller against the hub's policy, and returns its
// initial access token if it used one.
func (d *Handler) mayRegister(c *gin.Context) (string, error) {
	current, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return "", err
	}
	if current.Registration == settings.RegistrationOff {
		return "", oauth.AccessDenied("oauth.register.closed")
	}
	token, err := bearerHeader(c)
	if err == nil {
		if err := d.Initials.Check(c.Request.Context(), token); errors.Is(err, fs.ErrNotExist) {
			return "", wrongInitialToken(err)
		} else if err != nil {
			return "", err
		}
		return token, nil
	}
	if c.GetHeader("Authorization") != "" || current.Registration != settings.RegistrationOpen {
		return "", err
	}
	if !d.PerAddress.Allow(c.ClientIP()) {
		return "", web.TooMany(time.Minute)
	}
	return "", nil
}

// bearerHeader is the token in the Authorization header (RFC 6750 §2.1); the
// body contains the metadata.
func bearerHeader(c *gin.Context) (string, error) {
	header := c.Request.Header.Values("Authorization")
	if len(header) > 1 {
		return "", oauth.InvalidRequest("oauth.register.header")
	}
	scheme, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", oauth.InvalidToken("oauth.register.token").
			Challenged(`Bearer realm="fedhub"`) // RFC 6750 §3.1
	}
	return token, nil
}

func wrongInitialToken(cause error) error {
	return oauth.InvalidToken("oauth.register.initial").Because(cause)
}

// declare reads the metadata in the body and checks that the hub supports it.
func (d *Handler) declare(c *gin.Context) (registration.Metadata, error) {
	body, err := jsonBody(c)
	if err != nil {
		return registration.Metadata{}, err
	}
	current, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return registration.Metadata{}, err
	}
	declared, err := d.Registrations.Declare(c.Request.Context(), body, d.Requests.Limits(c.Request.Context()), current.StatementIssuers())
	if err != nil {
		return registration.Metadata{}, invalidMetadata(err)
	}
	offered, err := d.offered(c.Request.Context())
	if err != nil {
		return registration.Metadata{}, err
	}
	if wrong := notOffered(declared.Metadata(), offered); wrong != "" {
		return registration.Metadata{}, registrationError(registration.InvalidMetadata, wrong)
	}
	return declared, nil
}

// invalidMetadata maps mistakes in the metadata to protocol errors.
func invalidMetadata(err error) error {
	var refused *registration.Error
	if errors.As(err, &refused) {
		return registrationError(refused.Code, refused.Words(templates.Sentence)).Because(err)
	}
	return err
}

func registrationError(code, text string) *oauth.Error {
	return oauth.Refuse(code, texts.New("oauth.page", "text", text))
}

// maxMetadata bounds a registration request, in bytes; it has room for a key
// set and a software statement.
const maxMetadata = 64 << 10

// bodyKey stores the body, because several steps read it.
const bodyKey = "fedhub/metadata"

func jsonBody(c *gin.Context) ([]byte, error) {
	if body, ok := c.Get(bodyKey); ok {
		return body.([]byte), nil
	}
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "application/json" {
		e := registrationError(registration.InvalidMetadata, "send the client metadata as application/json") // RFC 7591 §3.1
		e.Status = http.StatusUnsupportedMediaType
		return nil, e
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxMetadata))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		e := registrationError(registration.InvalidMetadata, "the client metadata is too large")
		e.Status = http.StatusRequestEntityTooLarge
		return nil, e
	}
	if err != nil {
		return nil, oauth.InvalidRequest("oauth.request.body").Because(err)
	}
	c.Set(bodyKey, body)
	return body, nil
}

// information is the client information response (RFC 7591 §3.2.1, RFC 7592
// §3): the registered metadata and the credentials for managing the client. It
// has a secret only if that is new.
func (d *Handler) information(client clients.Client, secret, token string) map[string]any {
	out := registration.MetadataOf(client)
	out["client_id"] = client.ID
	out["client_id_issued_at"] = client.Created.Unix()
	if secret != "" {
		out["client_secret"] = secret
		out["client_secret_expires_at"] = 0 // it does not expire
	}
	out["registration_client_uri"] = d.Issuer + "/oauth2/register/" + url.PathEscape(client.ID)
	out["registration_access_token"] = token
	return out
}

// choices map members of client metadata to the member of the provider's
// metadata that lists the allowed values. So a client learns of an unsupported
// value at registration, not at the first sign-in.
var choices = map[string]string{
	"response_types":                                 "response_types_supported",
	"grant_types":                                    "grant_types_supported",
	"subject_type":                                   "subject_types_supported",
	"id_token_signed_response_alg":                   "id_token_signing_alg_values_supported",
	"id_token_encrypted_response_alg":                "id_token_encryption_alg_values_supported",
	"id_token_encrypted_response_enc":                "id_token_encryption_enc_values_supported",
	"userinfo_signed_response_alg":                   "userinfo_signing_alg_values_supported",
	"userinfo_encrypted_response_alg":                "userinfo_encryption_alg_values_supported",
	"userinfo_encrypted_response_enc":                "userinfo_encryption_enc_values_supported",
	"request_object_signing_alg":                     "request_object_signing_alg_values_supported",
	"request_object_encryption_alg":                  "request_object_encryption_alg_values_supported",
	"request_object_encryption_enc":                  "request_object_encryption_enc_values_supported",
	"token_endpoint_auth_method":                     "token_endpoint_auth_methods_supported",
	"token_endpoint_auth_signing_alg":                "token_endpoint_auth_signing_alg_values_supported",
	"authorization_signed_response_alg":              "authorization_signing_alg_values_supported",
	"authorization_encrypted_response_alg":           "authorization_encryption_alg_values_supported",
	"authorization_encrypted_response_enc":           "authorization_encryption_enc_values_supported",
	"introspection_signed_response_alg":              "introspection_signing_alg_values_supported",
	"introspection_encrypted_response_alg":           "introspection_encryption_alg_values_supported",
	"introspection_encrypted_response_enc":           "introspection_encryption_enc_values_supported",
	"backchannel_token_delivery_mode":                "backchannel_token_delivery_modes_supported",
	"backchannel_authentication_request_signing_alg": "backchannel_authentication_request_signing_alg_values_supported",
	"authorization_details_types":                    "authorization_details_types_supported",
}

// offered is the provider's own metadata, as a client reads it.
func (d *Handler) offered(ctx context.Context) (map[string]any, error) {
	body, err := d.Discovery(ctx)
	if err != nil {
		return nil, err
	}
	var offered map[string]any
	return offered, json.Unmarshal(body, &offered)
}

// notOffered names the first choice that is not offered, or "".
func notOffered(declared, offered map[string]any) string {
	for name, list := range choices {
		var chosen []string
		switch value := declared[name].(type) {
		case string:
			chosen = []string{value}
		case []string:
			chosen = value
		}
		for _, one := range chosen {
			if !listed(offered[list], one) {
				return name + " is " + clientrequest.Clip(one) + ", which this hub does not offer; see " + list + " in its discovery document"
			}
		}
	}
	return ""
}

// listed compares response types without regard to the order of words.
func listed(list any, value string) bool {
	all, _ := list.([]any)
	for _, one := range all {
		if text, _ := one.(string); sameWords(text, value) {
			return true
		}
	}
	return false
}

func sameWords(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
