// Package libraries shows that client libraries which others wrote complete
// their flows against a running hub as they are: coreos/go-oidc with x/oauth2,
// and openid-client for Node. The other way round, people sign in at the hub
// through oidc-provider, a provider for Node.
//
// The Node flows need node and npm ("apt-get install nodejs npm") and fetch
// the libraries once, by the lock file, from the npm registry. Where they are
// missing the flows are skipped with a sentence that says so; with CI=true
// that is a failure.
package libraries
