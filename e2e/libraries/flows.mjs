// Every export of this file's table is one flow of openid-client against a
// hub. What the hub is, and which flows to run, comes as JSON on the standard
// input; each verdict leaves as a line of JSON.

import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'

// What Node has had since version 20 and Debian 12's does not show yet.
globalThis.crypto ??= webcrypto
globalThis.CryptoKey ??= webcrypto.CryptoKey

const client = await import('openid-client')
const { exportJWK } = await import('jose')
const { Browser } = await import('./browser.mjs')

const world = JSON.parse(readFileSync(0, 'utf8'))
const issuer = new URL(world.issuer)

function check(what, holds) {
  if (!holds) throw new Error(`not so: ${what}`)
}

// as discovers the hub as one of the clients that an operator registered.
async function as(name) {
  const { id, secret } = world.clients[name]
  const config = await client.discovery(issuer, id, secret, secret ? client.ClientSecretBasic(secret) : client.None())
  client.enableNonRepudiationChecks(config) // look at signatures even where TLS would do
  return config
}

// registered discovers the hub and registers a client of its own (RFC 7591).
async function registered(metadata, auth = client.ClientSecretBasic()) {
  const config = await client.dynamicClientRegistration(issuer, {
    client_name: 'Library', redirect_uris: [world.callback], ...metadata,
  }, auth)
  client.enableNonRepudiationChecks(config)
  return config
}

// withKey registers a client that proves itself by a key of its own.
async function withKey(metadata = {}, alg = 'ES256') {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const kid = crypto.randomUUID()
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg }
  const key = { key: pair.privateKey, kid }
  const config = await registered({
    token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg, jwks: { keys: [jwk] }, ...metadata,
  }, client.PrivateKeyJwt(key))
  return { config, key }
}

// asked is a request with PKCE, state and nonce, and what the answer is held
// against.
async function asked(more = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const nonce = client.randomNonce()
  return {
    parameters: {
      redirect_uri: world.callback, scope: 'openid profile email', state, nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...more,
    },
    checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
  }
}

// signIn completes a code flow. way makes the address to open.
async function signIn(config, { way = client.buildAuthorizationUrl, more, browser = new Browser(world), dpop } = {}) {
  const { parameters, checks } = await asked(more)
  const answer = await browser.visit(await way(config, parameters))
  check('the browser was sent back', answer instanceof URL || answer instanceof Request)
  const tokens = await client.authorizationCodeGrant(config, answer, checks, undefined, dpop && { DPoP: dpop })
  return { tokens, answer, subject: tokens.claims().sub, browser }
}

const offline = { scope: 'openid email offline_access', prompt: 'consent' }

const flows = {
  async discovery() {
    const metadata = (await as('web')).serverMetadata()
    check('the issuer is the hub', metadata.issuer === world.issuer)
    check('PKCE with S256 is supported', metadata.supportsPKCE('S256'))
  },

  async codeWithPKCE() {
    const { tokens } = await signIn(await as('web'))
    check('there is an access token', tokens.access_token)
  },

  async publicClient() {
    await signIn(await as('public'))
  },

  async formPost() {
    const config = await registered({})
    const { answer } = await signIn(config, { more: { response_mode: 'form_post' } })
    check('the answer was posted', answer instanceof Request)
  },

  async implicitIDToken() {
    const config = await registered({ response_types: ['id_token'], grant_types: ['implicit'] })
    client.useIdTokenResponseType(config)
    const state = client.randomState()
    const nonce = client.randomNonce()
    const answer = await new Browser(world).visit(client.buildAuthorizationUrl(config, { redirect_uri: world.callback, scope: 'openid', state, nonce }))
    const claims = await client.implicitAuthentication(config, answer, nonce, { expectedState: state })
    check('there is a subject', claims.sub)
  },

  async hybrid() {
    const config = await registered({ response_types: ['code id_token'], grant_types: ['authorization_code', 'implicit'] })
    client.useCodeIdTokenResponseType(config)
    await signIn(config)
  },

  async refresh() {
    const config = await as('web')
    const { tokens } = await signIn(config, { more: offline })
    const again = await client.refreshTokenGrant(config, tokens.refresh_token)
    check('the access token is new', again.access_token !== tokens.access_token)
  },

  async userinfo() {
    const config = await as('web')
    const { tokens, subject } = await signIn(config)
    const claims = await client.fetchUserInfo(config, tokens.access_token, subject)
    check('it tells the address', claims.email === world.email)
  },

  async signedUserinfo() {
    const config = await registered({ userinfo_signed_response_alg: 'ES256' })
    const { tokens, subject } = await signIn(config)
    const claims = await client.fetchUserInfo(config, tokens.access_token, subject)
    check('it tells the address', claims.email === world.email)
  },

  async clientCredentials() {
    const tokens = await client.clientCredentialsGrant(await as('service'), { scope: 'files' })
    check('there is an access token', tokens.access_token)
  },

  async secretPost() {
    const config = await registered({ token_endpoint_auth_method: 'client_secret_post' }, client.ClientSecretPost())
    await signIn(config)
  },

  async secretJWT() {
    const config = await registered({ token_endpoint_auth_method: 'client_secret_jwt' }, client.ClientSecretJwt())
    await signIn(config)
  },

  async privateKeyJWT() {
    const { config } = await withKey()
    await signIn(config)
  },

  async pushedRequest() {
    const config = await as('web')
    await signIn(config, { way: client.buildAuthorizationUrlWithPAR })
  },

  async signedRequest() {
    const { config, key } = await withKey({ request_object_signing_alg: 'ES256' })
    await signIn(config, { way: (c, parameters) => client.buildAuthorizationUrlWithJAR(c, parameters, key) })
  },

  async pushedSignedRequest() {
    const { config, key } = await withKey({ request_object_signing_alg: 'ES256' })
    await signIn(config, {
      way: async (c, parameters) => {
        const address = await client.buildAuthorizationUrlWithJAR(c, parameters, key)
        return client.buildAuthorizationUrlWithPAR(c, address.searchParams)
      },
    })
  },

  async signedAnswer() {
    const config = await registered({ authorization_signed_response_alg: 'ES256' })
    client.useJwtResponseMode(config)
    await signIn(config)
  },

  async dpop() {
    const config = await as('web')
    const handle = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
    const { tokens, subject } = await signIn(config, { dpop: handle, more: offline })
    check('the token type is DPoP', tokens.token_type.toLowerCase() === 'dpop')
    await client.fetchUserInfo(config, tokens.access_token, subject, { DPoP: handle })
    await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: handle })
  },

  async device() {
    const config = await registered({
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], response_types: [], redirect_uris: [],
    })
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid email' })
    await new Browser(world).visit(device.verification_uri_complete)
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.01 })
    check('there is an access token', tokens.access_token)
  },

  async backchannelAuthentication() {
    const config = await as('backchannel')
    const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid email', login_hint: world.email, binding_message: 'W4SC' })
    await new Browser(world).visit(new URL('/account/approvals', issuer))
    const tokens = await client.pollBackchannelAuthenticationGrant(config, { ...asked, interval: 0.01 })
    const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    check('it is who was asked for', claims.email === world.email)
  },

  async tokenExchange() {
    const config = await registered({ grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'] })
    const { tokens } = await signIn(config)
    const narrow = await client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
      subject_token: tokens.access_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', scope: 'openid',
    })
    check('the token has fewer scopes', narrow.scope === 'openid')
  },

  async introspection() {
    const config = await as('web')
    const { tokens } = await signIn(config)
    check('it is active', (await client.tokenIntrospection(config, tokens.access_token)).active)
  },

  async signedIntrospection() {
    const config = await registered({ introspection_signed_response_alg: 'ES256' })
    const { tokens } = await signIn(config)
    check('it is active', (await client.tokenIntrospection(config, tokens.access_token)).active)
  },

  async revocation() {
    const config = await as('web')
    const { tokens } = await signIn(config)
    await client.tokenRevocation(config, tokens.access_token)
    check('it is not active', !(await client.tokenIntrospection(config, tokens.access_token)).active)
  },

  async registration() {
    const config = await registered({})
    check('there is a client_id', config.clientMetadata().client_id)
    await signIn(config)
  },

  async endSession() {
    const config = await registered({ post_logout_redirect_uris: [world.callback] })
    const { tokens, browser } = await signIn(config)
    const state = client.randomState()
    const left = await browser.visit(client.buildEndSessionUrl(config, { post_logout_redirect_uri: world.callback, id_token_hint: tokens.id_token, state }))
    check('the browser goes back with the state', left instanceof URL && left.searchParams.get('state') === state)
  },
}

for (const flow of world.flows) {
  let error = ''
  try {
    if (!flows[flow]) throw new Error('there is no such flow')
    await flows[flow]()
  } catch (problem) {
    error = [problem.stack, problem.cause && JSON.stringify(problem.cause, Object.getOwnPropertyNames(problem.cause))].filter(Boolean).join('\n')
  }
  console.log(JSON.stringify({ flow, error }))
}
