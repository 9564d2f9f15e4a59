// Package hub is a federated identity hub: one server that keeps users, signs
// them in, and tells the apps and hubs that trust it who they are.
//
// A client asks the hub who a user is. The hub knows the user, or asks a
// sign-in provider. Imports follow the same direction: cmd imports hub; hub
// imports clients (everything that asks us), federation (everything that we
// ask) and templates; all of them import internal, which knows nothing of
// identity. Three tables list the contents: routes.go (every address), data/sets.go
// (every kind of record), connectors.go (every kind of provider). hub.go and
// build.go build the parts and connect them.
//
// # The map
//
// Under hub there are three layers, and imports only go downwards
// (house_test.go checks that, and the sizes of packages).
//
// Handlers, hub/web/…, speak HTTP to one kind of caller and hold no rules. No
// handler imports another. hub/web itself writes responses, limits requests and
// checks forms; web/errorpages turns errors of services into pages, web/emails
// writes the emails that services send, web/clientrequest authenticates
// clients, web/cookies reads and sets cookies, web/guard has the access rules of the
// route table, web/aliases has the paths of Frappe and Keycloak that the hub
// also answers.
//
//	web/authorize      the authorization endpoint: what comes next (next.go),
//	                   the consent page (consent.go), the answer (respond.go)
//	web/tokenendpoint  the token endpoint: one file for each grant type
//	web/oidc           the other endpoints for apps: discovery, keys, userinfo,
//	                   introspection, revocation, pushed requests, CIBA
//	web/registering    dynamic registration
//	web/federating     the endpoints for other hubs
//	web/signin         passwords, and sign-in at a provider: leave, return, link
//	web/second         the second factor, between a password and a session
//	web/onetime        links that work once, such as invitations
//	web/signout        sign-out here, at apps and at the provider
//	web/device         approval of a device or back-channel request
//	web/account        a user's own pages
//	web/admin/…        administration: apps, providers, hubs, people, operations
//
// Services hold records and rules. They know neither HTTP nor the texts of
// pages.
//
//	authrequest        reads an authorization request, pushed or not, and checks
//	                   it against the RFCs and the client
//	flows              one pending authorization, and its interruptions
//	grants             consent, codes and refresh tokens; refresh.go rotates
//	tokens, signing    minting and verifying tokens; keys and their rotation
//	pending            device and back-channel requests that wait for a user
//	sessions, logouts  signed-in browsers; logout notices to clients
//	users              users: profile, search, roles
//	users/linking      which identity belongs to which user: decide.go and
//	                   rows.go are the decision table, match.go applies it
//	users/passwords    rules, hashes, and limits on attempts
//	authentication     a provider's answer, as linking needs it; when a sign-in
//	                   needs a second factor; trial: the test of a provider
//	upstreamtokens     providers' tokens, kept to refresh profiles
//	maillinks          one-time links by email
//	operator           use-cases of administration, for pages and commands
//	settings, health, traces, audit, sitesetup
//
// Tools know no user, client or session: store (sqlite, mongodb), fetch (guarded
// HTTP), mail, seal (encryption at rest), oauth (the protocol's vocabulary),
// dpop.
//
// Beside hub: clients keeps the applications, with one table of their
// properties (properties.go). clients/redirecturi reads and compares redirect
// URIs; clients/algs and clients/granttypes check chosen algorithms and grant
// types; clients/clientauth checks secrets, assertions and certificates and
// reads the keys that clients publish; clients/requestobject opens signed
// requests; clients/metadatadoc reads metadata documents; clients/fapi has the
// requirements of security profiles; clients/hubs connects other hubs and
// follows their keys; clients/registration handles apps that register
// themselves or publish a document; clients/frappe sets up a Frappe site.
// federation keeps the sign-in providers, with one package for each kind;
// federation/internal/oauth2client reads their token answers, and
// federation/mapping maps their roles.
//
// internal holds jwt (rules for signed tokens, as policies), jsonx (untrusted
// JSON), texts and forms (codes of sentences; templates has the sentences),
// cache (a value that is slow to fetch; a bounded map), flood (bounds what
// strangers can make the hub write), upstreamhttp (HTTP to one provider), place
// (comparison of addresses), emailaddr, secrets, clone, names (strings that are
// data).
//
// # Glossary
//
//	word                  where                      sent as (RFC)                    stored or typed as
//	application, client   clients.Client             client_id (6749 §2.2)            set clients; fedhub client
//	connected hub         clients.FederatedHub       client_id, a URL (CIMD)          set clients, server; fedhub hub
//	sign-in provider      federation.LoginKey        idp (hint of ours)               set loginkeys; fedhub provider
//	identity              linking.Identity           iss and sub of the provider      set identities
//	account link          linking.LinkEvent          -                                set decisions
//	grant, consent        grants.Grant               scope (6749 §3.3)                set grants
//	token family          grants.TokenFamily         refresh_token (6749 §6)          set families
//	flow                  flows.Flow                 -                                set flows
//	interruption          flows.Interruption         -                                set stops
//	pushed request        authrequest.Pushed         request_uri (9126 §2.2)          set pushed
//	pending request       pending.Request            device_code (8628), auth_req_id  set decoupled
//	consent version       clients.Client             -                                generation
//	session generation    users.User                 -                                epoch
//	upstream tokens       upstreamtokens.Token       -                                set ties
//	site set-up           sitesetup.Setup            -                                set debuts; client add --frappe
//	initial access token  registration.InitialAccessToken Authorization (7591 §3)          set initials; fedhub client initial-access-token
//	logout notice         logouts.Notice             logout_token (Back-Channel §2.4) set notices
//	logout status         logouts.Status             -                                set told
//	security profile      fapi.Profile    FAPI 2.0                         high_security; --high-security
//	trusted issuer        settings, assertion grants assertion (7521 §4.1)            settings set --voucher
//	replay memory         data.used                  jti (7519 §4.1.7)                set used
//	trace                 traces.Trace               reference on error pages         set traces; fedhub trace
package hub
