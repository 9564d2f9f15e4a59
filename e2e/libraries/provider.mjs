// A real OpenID provider, oidc-provider as others wrote it, for a hub to sign
// people in at. It is told its client on the first line of the standard input
// and answers with its issuer; "rotate" replaces its signing key.

import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { generateKeyPair, exportJWK } from 'jose'

const { default: Provider } = await import('oidc-provider')

console.info = console.warn = console.error // the output is for answers

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const client = JSON.parse((await lines.next()).value)
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n')

let handle
const server = createServer((req, res) => handle(req, res))
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const issuer = `http://127.0.0.1:${server.address().port}`

// serve starts the provider with a new key. What it keeps, it keeps in memory
// that every instance shares.
async function serve(kid) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const provider = new Provider(issuer, {
    clients: [client],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['not a secret'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: true, // the profile is at the userinfo endpoint
    pkce: { required: () => true },
    issueRefreshToken: async (ctx, c) => c.grantTypeAllowed('refresh_token'),
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `Name of ${id}`, email: `${id}@example.org`, email_verified: true, groups: ['staff'] }),
    }),
  })
  handle = provider.callback()
}

await serve('first')
say({ issuer })
for await (const line of lines) {
  if (line === 'rotate') await serve('second')
  say({ done: line })
}
process.exit(0)
