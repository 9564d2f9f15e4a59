// Package hub is a federated identity hub: one server that holds people, signs
// them in, and tells the apps and hubs that trust it who they are.
//
// A client asks the hub who someone is. The hub knows, or asks the federation.
// So imports run the way a request runs: hub imports clients (everything
// downstream of us) and federation (everything upstream), and neither of them
// ever imports hub.
//
// Three tables say what there is: routes.go (every address), data.go (every
// kind of record), connectors.go (every kind of upstream). hub.go builds the
// parts and joins them; nothing below this folder imports it.
//
// Below are three sorts of packages. Doors (authorize, signin, signout,
// federating, consent, approve, account, oidc, admin) each speak HTTP to one kind of
// caller; they read, ask a thing, and answer, and know nothing of one another. Things
// (requests, flows, sessions, users, links, grants, decoupled, tokens, signing, settings,
// logouts, ties, traces, debuts, health, authentication, authrequest, operator) each keep one noun and its rules. Tools (store, oauth, web, audit,
// seal, fetch, dpop, mail) know no user, client or session.
package hub
