package passkeys

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/texts"
)

// Most is how many passkeys a user may have.
const Most = 20

// Life is how long a ceremony may take. It is that of a sign-in, because a
// sign-in page offers passkeys for as long as it is open.
const Life = 30 * time.Minute

// A Service keeps passkeys and applies the rules for them. It is safe for
// concurrent use, and several may work on one database.
type Service struct {
	passkeys *store.Collection[Passkey]
	users    *users.Service
	hubName  func(context.Context) string
	carry    func(kind string, value any, life time.Duration) (string, error)
	carried  func(kind, text string, out any) error
	once     func(ctx context.Context, id string, until time.Time) error
	wayIn    func(ctx context.Context, userID, besides string) error
	now      func() time.Time

	rp     *webauthn.WebAuthn // nil where passkeys are not available
	origin string             // of the hub's pages
	why    texts.Text         // they are not available
}

// Options are the parts of a Service. All are required.
type Options struct {
	Passkeys *store.Collection[Passkey]
	Users    *users.Service
	URL      string                       // the hub's
	HubName  func(context.Context) string // for the browser's dialog

	// Carry seals a value for a kind and a time, and Carried opens it.
	Carry   func(kind string, value any, life time.Duration) (string, error)
	Carried func(kind, text string, out any) error
	// Once remembers an id until a time; one that it remembers is fs.ErrExist.
	Once func(ctx context.Context, id string, until time.Time) error
	// WayIn is an error if a user has no way to sign in besides one passkey.
	WayIn func(ctx context.Context, userID, besides string) error
	Now   func() time.Time
}

// New returns a Service.
func New(o Options) *Service {
	k := &Service{
		passkeys: o.Passkeys, users: o.Users, hubName: o.HubName, carry: o.Carry, carried: o.Carried, once: o.Once, wayIn: o.WayIn,
		// Databases keep milliseconds. A record must not change when it is
		// stored.
		now: func() time.Time { return o.Now().UTC().Truncate(time.Millisecond) },
	}
	k.rp, k.origin, k.why = relyingParty(o.URL)
	return k
}

// relyingParty is the hub towards authenticators. Its id is the host, so
// passkeys survive a new name of the hub, another port and the change to https,
// but not a new host. Browsers have passkeys only in secure contexts, and only
// for hosts that are names (§5.1.3 step 7).
func relyingParty(address string) (rp *webauthn.WebAuthn, origin string, why texts.Text) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, "", texts.New("passkey.off.host")
	}
	host := strings.ToLower(u.Hostname())
	_, err = netip.ParseAddr(host)
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	switch {
	case err == nil:
		return nil, "", texts.New("passkey.off.ip")
	case u.Scheme != "https" && !local:
		return nil, "", texts.New("passkey.off.http")
	}
	origin = strings.ToLower(u.Scheme + "://" + u.Host)
	if u.Scheme == "https" {
		origin = strings.TrimSuffix(origin, ":443")
	} else {
		origin = strings.TrimSuffix(origin, ":80")
	}
	required := true
	rp, err = webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: host, RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &required, UserVerification: protocol.VerificationRequired,
		},
		// Password managers add outputs that nobody asked for, and nothing here
		// reads them (§9: they may be ignored).
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil, "", texts.New("passkey.off.host")
	}
	return rp, origin, texts.Text{}
}

// Available reports whether browsers have passkeys at the hub's address, and
// why not.
func (k *Service) Available() (ok bool, why texts.Text) { return k.rp != nil, k.why }

// rpID is the host of the hub; empty where passkeys are not available.
func (k *Service) rpID() string {
	if k.rp == nil {
		return ""
	}
	return k.rp.Config.RPID
}

// Here reports whether a passkey works at the hub's present host.
func (k *Service) Here(p Passkey) bool { return k.rp != nil && p.RPID == k.rpID() }

// The reasons why a passkey is refused.
var (
	// ErrOff means that passkeys are not available; see Available.
	ErrOff = texts.Failure("passkeys are not available at this address", "passkey.off")
	// ErrStale means that the challenge was used, has expired, is for another
	// purpose or came from another browser.
	ErrStale = texts.Failure("the challenge was used, has expired or belongs to another page", "passkey.stale")
	// ErrUnknown means that no user has this passkey. On localhost, browsers
	// also offer those of other hubs, because ports share a host.
	ErrUnknown = texts.Failure("no user has this passkey", "passkey.unknown")
	// ErrUnverified means that the device did not verify who uses it.
	ErrUnverified = texts.Failure("the device did not verify its user", "passkey.unverified")
	// ErrCloned means that the signature counter did not grow: there are two
	// copies of a passkey that cannot be copied (§6.1.1).
	ErrCloned = texts.Failure("the signature counter went back, so the passkey may have been copied", "passkey.cloned")
	// ErrTaken means that the passkey is registered already.
	ErrTaken = texts.Failure("this passkey is registered already", "passkey.taken")
	// ErrMost means that the user has as many passkeys as allowed.
	ErrMost = texts.Failure("the user has too many passkeys", "passkey.most", "most", Most)
)

// A RefusedError is an answer that is malformed or not valid.
type RefusedError struct{ cause error }

func (e *RefusedError) Error() string {
	return "the passkey's response is not valid: " + details(e.cause)
}
func (e *RefusedError) Unwrap() error { return e.cause }

// Sentence is the reason in words.
func (e *RefusedError) Sentence() texts.Text {
	return texts.New("passkey.refused", "cause", details(e.cause))
}

// details is what the library says about an error, for experts.
func details(err error) string {
	if p, ok := err.(*protocol.Error); ok && p.DevInfo != "" { //nolint:errorlint // the outermost one is the most precise
		return strings.TrimSuffix(p.Details+": "+p.DevInfo, "\n")
	}
	return err.Error()
}
