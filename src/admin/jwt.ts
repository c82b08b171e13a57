// Checks signed tokens (RFC 7515, RFC 7519): RS256 and nothing else, whatever a token says of itself. A module of its own, so that only bundles
// of configurations that need it hold it (config/parts.ts).

import { fromBase64Url } from '../credentials/base64.ts'

const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const
const LEAST_KEY_BITS = 2048
const FETCH_TIMEOUT_MS = 5_000
/** How long keys are used. */
const KEEP_MS = 600_000
/** Clients make up names of keys: one that is not known makes them come again no sooner than this. */
const COOL_DOWN_MS = 30_000

type Keys = ReadonlyMap<string, CryptoKey>
type Claims = Readonly<Record<string, unknown>>

/** Checks a token against the keys at `keysUrl`, and returns its claims. Rejects with what is wrong with it. */
export function createJwtVerify(keysUrl: URL, issuer: string, audience: string) {
  let keys: Keys = new Map()
  let loadedMs = Number.NEGATIVE_INFINITY

  /** Each request fetches for itself: on workerd none may await what another began. */
  async function load(): Promise<void> {
    keys = await fetchKeys(keysUrl)
    loadedMs = Date.now()
  }

  async function keyNamed(name: unknown): Promise<CryptoKey> {
    if (typeof name !== 'string') throw new Error('the token does not name its key')
    if (Date.now() - loadedMs > KEEP_MS) await load()
    if (!keys.has(name) && Date.now() - loadedMs > COOL_DOWN_MS) await load()
    const key = keys.get(name)
    if (!key) throw new Error('the token names a key that the team does not have')
    return key
  }

  return async (token: string): Promise<Claims> => {
    const [header, payload, signature, ...more] = token.split('.')
    if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
      throw new Error('not a signed token')
    }
    const { alg, kid, crit } = objectIn(header)
    if (alg !== 'RS256') throw new Error('the token is not signed by RS256')
    // What must be understood, and is not.
    if (crit !== undefined) throw new Error('the token has critical extensions')
    const signed = new TextEncoder().encode(`${header}.${payload}`)
    const bytes = bytesIn(signature)
    if (!(await crypto.subtle.verify(RS256, await keyNamed(kid), bytes, signed))) {
      throw new Error('the signature of the token is wrong')
    }
    const claims = objectIn(payload)
    const problem = problemOf(claims, issuer, audience)
    if (problem !== undefined) throw new Error(problem)
    return claims
  }
}

export type CreateJwtVerify = typeof createJwtVerify

function problemOf({ iss, aud, exp, nbf }: Claims, issuer: string, audience: string): string | undefined {
  const nowS = Math.floor(Date.now() / 1000)
  if (iss !== issuer) return 'the token is of another issuer'
  if (aud !== audience && !(Array.isArray(aud) && aud.includes(audience))) return 'the token is for another audience'
  if (!(typeof exp === 'number' && exp > nowS)) return 'the token is over'
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= nowS)) return 'the token does not hold yet'
  return undefined
}

async function fetchKeys(url: URL): Promise<Keys> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
  if (response.status !== 200) throw new Error(`the keys of tokens: ${url} answers ${response.status}`)
  const { keys } = (await response.json()) as { readonly keys?: readonly JsonWebKey[] }
  if (!Array.isArray(keys)) throw new Error(`the keys of tokens: ${url} has none`)
  const found = await Promise.all(keys.map(imported))
  return new Map(found.filter((key) => key !== undefined))
}

/** Undefined: it signs no such tokens. */
async function imported(jwk: JsonWebKey & { readonly kid?: unknown }): Promise<[string, CryptoKey] | undefined> {
  const { kty, n, e, kid, use = 'sig', alg = 'RS256' } = jwk
  if (kty !== 'RSA' || use !== 'sig' || alg !== 'RS256' || typeof kid !== 'string') return undefined
  try {
    const key = await crypto.subtle.importKey('jwk', { kty, n: n!, e: e! }, RS256, false, ['verify'])
    const { modulusLength } = key.algorithm as { readonly modulusLength?: number }
    return modulusLength !== undefined && modulusLength >= LEAST_KEY_BITS ? [kid, key] : undefined
  } catch {
    return undefined
  }
}

function objectIn(part: string): Claims {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytesIn(part)))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a signed token')
  return value as Claims
}

function bytesIn(part: string): Uint8Array<ArrayBuffer> {
  const bytes = /^[\w-]*$/.test(part) ? fromBase64Url(part) : undefined
  if (!bytes) throw new Error('not a signed token')
  return bytes
}
