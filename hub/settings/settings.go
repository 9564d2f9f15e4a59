// Package settings keeps the OAuth Provider Settings: the one document that an
// administrator can change while the hub runs.
//
// What is fixed when the hub starts (addresses, keys, the database) is in
// hub.Config.
package settings

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/names"
)

// The two ways to ask for consent.
const (
	// Force asks for consent in every request.
	Force = "force"
	// Auto asks unless this user already allowed this client these scopes.
	Auto = "auto"
)

// Who may register clients (RFC 7591).
const (
	// RegistrationOff allows only administrators.
	RegistrationOff = "off"
	// RegistrationByToken requires an initial access token.
	RegistrationByToken = "token"
	// RegistrationOpen allows everyone.
	RegistrationOpen = "open"
)

// Settings is the document.
type Settings struct {
	ID      string `bson:"id"`
	HubName string `bson:"hubName"`
	// Consent is Force or Auto. It does not apply to clients with Skip
	// Authorization.
	Consent string `bson:"consent"`
	// ServerDomains are host names (or, with a leading dot, all below one) of
	// hubs that connect without an administrator's approval.
	ServerDomains []string `bson:"serverDomains"`
	// RequirePushed only accepts pushed authorization requests (RFC 9126 §5).
	RequirePushed bool `bson:"requirePushed,omitempty"`
	// Registration is one of the Registration constants.
	Registration string `bson:"registration"`
	// DocumentDomains are hosts, written like ServerDomains, of apps that may
	// use the address of their metadata document as client id, unless
	// Registration is open.
	DocumentDomains []string `bson:"documentDomains,omitempty"`
	// SoftwareIssuers are trusted issuers of software statements (RFC 7591
	// §2.3): each an issuer, a space, and the address of its keys.
	SoftwareIssuers []string `bson:"softwareIssuers,omitempty"`
	// KeyDays is after how many days signing keys are rotated; 0 is never,
	// unset is the default.
	KeyDays *int `bson:"keyDays,omitempty"`

	// Vouchers are trusted issuers of assertions about users (RFC 7523 §2.1),
	// one line each; vouchers.go describes the format.
	Vouchers []string `bson:"vouchers,omitempty"`

	// Passwords is who may sign in with a password, one of the Passwords
	// constants; unset is the default.
	Passwords string `bson:"passwords,omitempty"`
	// EmailSignIn lets those who may use a password sign in by a code that the
	// hub emails them, too.
	EmailSignIn bool `bson:"emailSignIn,omitempty"`
	// UserNameSignIn and PhoneSignIn accept a user name or a phone number in place
	// of the address, together with the password.
	UserNameSignIn bool `bson:"userNameSignIn,omitempty"`
	PhoneSignIn    bool `bson:"phoneSignIn,omitempty"`

	// SignUp is who may create an account, one of the SignUp constants; unset is
	// the default. SignUpDomains are the domains of SignUpByDomain, in ASCII, and
	// with SignUpApproval an administrator must approve new accounts.
	SignUp         string   `bson:"signUp,omitempty"`
	SignUpDomains  []string `bson:"signUpDomains,omitempty"`
	SignUpApproval bool     `bson:"signUpApproval,omitempty"`

	// BreachedURL is the base address of a service that lists breached
	// passwords by the beginning of their SHA-1; empty asks none.
	BreachedURL string `bson:"breachedUrl,omitempty"`

	// SecondFactor is who needs a second factor, one of the SecondFactor
	// constants; unset is the default. SecondFactorRoles are roles that need one
	// besides administrators, and SecondFactorDays how long a user may put off
	// setting one up; 0 is not at all, unset is the default.
	SecondFactor      string   `bson:"secondFactor,omitempty"`
	SecondFactorRoles []string `bson:"secondFactorRoles,omitempty"`
	SecondFactorDays  *int     `bson:"secondFactorDays,omitempty"`

	// TrustedBrowserDays is how long a user may trust a browser; nil is the
	// default, and 0 none.
	TrustedBrowserDays *int `bson:"trustedBrowserDays,omitempty"`

	// Traces is which sign-ins are traced, one of the Trace constants, and
	// TraceDays how long they are kept; unset is the default.
	Traces    string `bson:"traces,omitempty"`
	TraceDays int    `bson:"traceDays,omitempty"`

	// AuditDays is how many days audit events are kept; 0 is forever, unset is
	// the default.
	AuditDays *int `bson:"auditDays,omitempty"`

	// DeletionDays is how many days an account whose user deletes it waits; 0:
	// users cannot delete their account; unset is the default.
	DeletionDays *int `bson:"deletionDays,omitempty"`

	// RecentMinutes is how recent an authentication must be for important
	// changes, and AdminHours how long an administrator's session lasts; 0 is
	// the default.
	RecentMinutes int `bson:"recentMinutes,omitempty"`
	AdminHours    int `bson:"adminHours,omitempty"`

	// StaySignedIn is one of the Stay constants; unset is the default.
	StaySignedIn string `bson:"staySignedIn,omitempty"`

	// RefreshSeconds is how long a used refresh token gets the same successor
	// again, for clients that authenticate; 0 is never, unset is the default.
	RefreshSeconds *int `bson:"refreshSeconds,omitempty"`

	// Registered and RegisteredPerNetwork bound the apps that registered
	// themselves, and UnusedDays is when unused ones are removed;
	// registration.go has the defaults.
	Registered           int  `bson:"registered,omitempty"`
	RegisteredPerNetwork int  `bson:"registeredPerNetwork,omitempty"`
	UnusedDays           *int `bson:"unusedDays,omitempty"`

	// Fields are the user fields that administrators defined.
	Fields []fields.Field `bson:"fields,omitempty"`

	Updated   time.Time `bson:"updated"`
	UpdatedBy string    `bson:"updatedBy"`
}

const id = names.SettingsID

// Key names the record.
func (Settings) Key() string { return id }

func defaults() Settings {
	return Settings{ID: id, HubName: "fedhub", Consent: Auto, Registration: RegistrationOff}
}

// StatementIssuers maps the SoftwareIssuers to the addresses of their keys.
func (s Settings) StatementIssuers() map[string]string {
	issuers := map[string]string{}
	for _, line := range s.SoftwareIssuers {
		if issuer, keys, ok := strings.Cut(line, " "); ok {
			issuers[issuer] = keys
		}
	}
	return issuers
}

// either is a number of the record, or the default where it is unset.
func either(set *int, unset int) int {
	if set == nil {
		return unset
	}
	return *set
}

// The bounds of KeyDays; 0 is allowed too.
const (
	defaultKeyDays = 90
	maxKeyDays     = 3650
)

// RotateDays is after how many days signing keys are rotated; 0 is never.
func (s Settings) RotateDays() int {
	return either(s.KeyDays, defaultKeyDays)
}

// RotateEvery is the same as a duration.
func (s Settings) RotateEvery() time.Duration { return time.Duration(s.RotateDays()) * 24 * time.Hour }

// freshFor is how long a process may use the settings that it read, and so how
// late it may see another process's change.
const freshFor = 2 * time.Second

// While the database is down, the last settings are used for keptFor, and no
// request waits long: they are read again in the background every refreshEvery.
// readLimit bounds one read.
const (
	keptFor      = 24 * time.Hour
	waitFor      = time.Second
	refreshEvery = time.Second
	readLimit    = 10 * time.Second
)

// A Service reads and changes the settings.
type Service struct {
	set  *store.Collection[Settings]
	now  func() time.Time
	name string // default hub name

	// SecondFactor is who needs a second factor until an administrator chooses.
	SecondFactor string

	// Delivers reports whether emails are sent; nil: none are.
	Delivers func() bool

	current *cache.Value[Settings]
}

// NewService returns a service; name is the hub's name until one is set.
func NewService(set *store.Collection[Settings], name string, now func() time.Time) *Service {
	k := &Service{set: set, now: now, name: name}
	k.current = &cache.Value[Settings]{Fetch: k.load, Fresh: freshFor, Keep: keptFor, Wait: waitFor, Limit: readLimit, Now: now, Away: away}
	return k
}

// Run reads the settings in the background, until the context ends.
func (k *Service) Run(ctx context.Context) { k.current.Refresh(ctx, refreshEvery) }

// Current returns the settings, at most two seconds old. While the database is
// down it returns the last ones, for up to a day.
func (k *Service) Current(ctx context.Context) (Settings, error) { return k.current.Get(ctx) }

// UserFields are the user fields that administrators defined.
func (k *Service) UserFields(ctx context.Context) ([]fields.Field, error) {
	now, err := k.Current(ctx)
	return now.Fields, err
}

// away distinguishes a database that does not answer from settings that cannot
// be read: the latter may contain restrictions that would be ignored.
func away(err error) bool { return !errors.Is(err, store.ErrDamaged) }

func (k *Service) load(ctx context.Context) (Settings, error) {
	s, err := k.set.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		s = defaults()
		if k.name != "" {
			s.HubName = k.name
		}
		err = nil
	}
	k.complete(&s)
	return s, err
}

// complete sets defaults for fields that saved settings do not have yet.
func (k *Service) complete(s *Settings) {
	if s.Registration == "" {
		s.Registration = RegistrationOff
	}
	if s.SecondFactor == "" {
		s.SecondFactor = k.SecondFactor
	}
}

// Change edits and saves the settings. If the new values are invalid, the error
// is forms.Problems and nothing is saved.
func (k *Service) Change(ctx context.Context, by string, edit func(*Settings)) error {
	var saved Settings
	apply := func(s *Settings) error {
		k.complete(s)
		before := *s
		edit(s)
		s.tidy()
		if err := append(s.problems(), k.signUpChange(before, *s)...).Err(); err != nil {
			return err
		}
		s.Updated, s.UpdatedBy = k.now(), by
		saved = *s
		return nil
	}
	err := k.set.Update(ctx, id, apply)
	if errors.Is(err, fs.ErrNotExist) {
		first, lerr := k.load(ctx)
		if lerr != nil {
			return lerr
		}
		if err := apply(&first); err != nil {
			return err
		}
		err = k.set.Insert(ctx, first)
		if errors.Is(err, fs.ErrExist) {
			err = k.set.Update(ctx, id, apply)
		}
	}
	if err != nil {
		k.current.Doubt() // they may have been saved anyway
		return err
	}
	k.current.Put(saved)
	return nil
}

func (s *Settings) tidy() {
	s.HubName = strings.TrimSpace(s.HubName)
	s.Consent = strings.ToLower(strings.TrimSpace(s.Consent)) // people write Force and Auto
	s.ServerDomains, s.DocumentDomains = tidyDomains(s.ServerDomains), tidyDomains(s.DocumentDomains)
	var issuers []string
	for _, line := range s.SoftwareIssuers {
		if words := strings.Fields(line); len(words) > 0 {
			issuers = append(issuers, strings.Join(words, " "))
		}
	}
	s.SoftwareIssuers = issuers
	s.tidyVouchers()
	s.tidyBreached()
	s.tidySignUp()
}

func tidyDomains(typed []string) []string {
	var domains []string
	for _, d := range typed {
		d = strings.ToLower(strings.TrimSpace(d))
		if d != "" && !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	return domains
}

// domainProblems returns what is wrong with a list of hosts.
func domainProblems(field string, domains []string) forms.Problems {
	var p forms.Problems
	for _, d := range domains {
		if !hostPattern(strings.TrimPrefix(d, ".")) {
			p.Add(field, "settings.domain.bad", "domain", d)
		}
	}
	return p
}

func (s *Settings) problems() forms.Problems {
	p := slices.Concat(s.voucherProblems(), s.traceProblems(), s.passwordProblems(), s.breachedProblems(), s.signUpProblems(), s.secondFactorProblems(), s.recentProblems(), s.stayProblems(), s.auditProblems(), s.deletionProblems(), s.refreshProblems(), s.registrationProblems(), fields.Check(s.Fields))
	if s.HubName == "" || len(s.HubName) > 80 {
		p.Add("hub_name", "settings.hub_name.bad")
	}
	if s.Consent != Force && s.Consent != Auto {
		p.Add("consent", "settings.consent.bad")
	}
	if days := s.RotateDays(); days < 0 || days > maxKeyDays {
		p.Add("key_days", "settings.key_days.bad", "max", maxKeyDays)
	}
	p = append(p, domainProblems("server_domains", s.ServerDomains)...)
	p = append(p, domainProblems("document_domains", s.DocumentDomains)...)
	if !slices.Contains([]string{RegistrationOff, RegistrationByToken, RegistrationOpen}, s.Registration) {
		p.Add("registration", "settings.registration.bad")
	}
	for _, line := range s.SoftwareIssuers {
		issuer, keys, _ := strings.Cut(line, " ")
		if u, err := url.Parse(keys); issuer == "" || err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.Contains(keys, " ") {
			p.Add("software_issuers", "settings.software_issuer.bad", "line", line)
		}
	}
	return p
}

// hostPattern allows letters, digits, hyphens and dots. A bare top-level domain
// is refused, because it would approve too many hosts; localhost is allowed.
func hostPattern(h string) bool {
	if h == "" || len(h) > 253 || (!strings.Contains(h, ".") && h != "localhost") {
		return false
	}
	for label := range strings.SplitSeq(h, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
				return false
			}
		}
	}
	return true
}
