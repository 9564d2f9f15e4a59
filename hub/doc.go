// Package hub is a federated identity hub: one server that holds people, signs
// them in, and tells the apps and hubs that trust it who they are.
//
// A client asks the hub who someone is. The hub knows, or asks the federation.
// So imports run the way a request runs: cmd, hub, then clients (everything
// downstream of us), federation (everything upstream) and templates, then
// internal, which knows nothing of identity. Three tables say what there is:
// routes.go (every address), data.go (every kind of record), connectors.go
// (every kind of provider). hub.go builds the parts and joins them.
//
// # The map
//
// Under hub there are three layers, and an arrow goes downwards only
// (house_test.go holds that, and the sizes of packages).
//
// Handlers, hub/web/…, speak HTTP to one kind of caller and hold no rule. No
// handler imports another. hub/web itself answers, limits and guards forms;
// web/errorpages turns errors of services into pages, web/emails puts the
// emails that services name into words, web/clientrequest authenticates
// clients, web/cookies knows whose browser it is, web/aliases knows by which
// addresses programs ask that knew another provider before.
//
//	web/authorize      the authorization endpoint: what comes next (next.go),
//	                   the consent page (consent.go), the answer (respond.go)
//	web/tokenendpoint  the token endpoint: one file for each grant type
//	web/oidc           what else apps call: discovery, keys, userinfo,
//	                   introspection, revocation, pushed requests, CIBA
//	web/registering    dynamic registration
//	web/federating     what other hubs call
//	web/signin         passwords, and sign-in at a provider: leave, return, link
//	web/onetime        what links lead to that work once, as an invitation
//	web/signout        signing out here, at apps and at the provider
//	web/device         where a person answers a device or a back-channel request
//	web/account        a person's own pages
//	web/admin/…        administration: apps, providers, hubs, people, operations
//
// Services hold records and rules, and know neither HTTP nor words for people.
//
//	authrequest        reading an authorization request, pushed or not, and
//	                   holding it against the RFCs and the client
//	flows              one pending authorization, and what interrupts it
//	grants             consent, codes and refresh tokens; refresh.go rotates
//	tokens, signing    making and checking tokens; keys and their rotation
//	pending            device and back-channel requests that wait for a person
//	sessions, logouts  who is signed in where; who is told when it ends
//	users              people: profile, search, roles
//	users/linking      which identities are whose: decide.go and rows.go are the
//	                   table that decides, match.go asks it and acts
//	users/passwords    rules, hashes, and how often one may try
//	authentication     what a provider says, as linking decides on it
//	upstreamtokens     tokens of providers, kept to look again
//	maillinks          one-time links by email
//	operator           use-cases of administration, for pages and commands
//	settings, health, traces, audit, sitesetup
//
// Tools know no user, client or session: store (sqlite, mongodb), fetch (guarded
// HTTP), mail, seal (encryption at rest), oauth (the protocol's words), dpop.
//
// Beside hub: clients holds who may ask, with one table of what an application
// is registered with (properties.go). clients/redirecturi reads and compares
// redirect URIs, clients/algs and clients/granttypes hold what is chosen of
// algorithms and grants against what there is, clients/clientauth checks secrets, assertions and certificates
// and reads the keys that clients publish, clients/requestobject opens signed
// requests, clients/metadatadoc reads metadata documents, clients/fapi has what
// profiles of high security demand of requests. clients/hubs lets
// other hubs in and follows their keys, clients/registration lets in apps that
// register themselves or publish a document, clients/frappe
// sets up a site. federation holds whom we ask, one package for each kind; their
// token answers are read by federation/internal/oauth2client, their roles by
// federation/mapping.
//
// In internal are jwt (what a signed token must be, as policies), jsonx (JSON
// that strangers wrote), texts and forms (codes of sentences, which templates
// has the words for), cache (a value that is slow to fetch; a bounded map),
// flood (how much is written of what strangers cause),
// upstreamhttp (the line to one provider), place (addresses compared as places),
// emailaddr, secrets, clone, names (strings that are data).
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
//	replay memory         hub.used                   jti (7519 §4.1.7)                set used
//	trace                 traces.Trace               reference on error pages         set traces; fedhub trace
package hub
