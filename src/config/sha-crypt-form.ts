// How a hashed password is written: crypt(3)'s `$5$` (SHA-256) and `$6$` (SHA-512). Computing one is credentials/sha-crypt.ts's
// business.

/** Kind, rounds if they are written, salt, hash. */
const FORM = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$:]{1,16})\$[./0-9A-Za-z]+$/
const DEFAULT_ROUNDS = 5000
const MIN_ROUNDS = 1000
/** More would hold an isolate up for longer than a request may take. */
const MAX_ROUNDS = 100_000

export interface ShaCryptForm {
  readonly hash: 'sha256' | 'sha512'
  readonly salt: string
  readonly rounds: number
  /** All that stands before the hash. */
  readonly head: string
}

/** Undefined for anything else, and for more than 100,000 rounds. */
export function parseShaCrypt(hashed: string): ShaCryptForm | undefined {
  const [, kind, written, salt] = FORM.exec(hashed) ?? []
  const rounds = Math.max(MIN_ROUNDS, Number(written ?? DEFAULT_ROUNDS))
  if (salt === undefined || rounds > MAX_ROUNDS) return undefined
  return { hash: kind === '5' ? 'sha256' : 'sha512', salt, rounds, head: hashed.slice(0, hashed.lastIndexOf('$') + 1) }
}

export function isShaCrypt(hashed: string): boolean {
  return parseShaCrypt(hashed) !== undefined
}

const HOW = "make one that begins with '$6$': `openssl passwd -6` or `mkpasswd -m sha-512`"
/** Of crypt(3), by what a hash begins with. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\$1\$/, 'md5-crypt ($1$)'],
  [/^\$2[abxy]?\$/, 'bcrypt ($2b$)'],
  [/^\$g?y\$/, 'yescrypt ($y$)'],
  [/^\$7\$/, 'scrypt ($7$)'],
  [/^[./0-9A-Za-z]{13}$/, 'DES'],
]

/** Why a password's hash cannot be used, and what to do; undefined: it can. Does not repeat the hash, which is a secret. */
export function passwordHashProblem(hashed: string): string | undefined {
  if (isShaCrypt(hashed)) return undefined
  const rounds = /^\$[56]\$rounds=(\d+)\$/.exec(hashed)?.[1]
  if (Number(rounds ?? 0) > MAX_ROUNDS) {
    return `a hash may have at most ${MAX_ROUNDS} rounds, since each guess costs the balancer their CPU time; this one has ${rounds}: ${HOW}`
  }
  const kind = OTHER_KINDS.find(([begins]) => begins.test(hashed))?.[1]
  if (kind) return `a hash by ${kind} is not supported: ${HOW}`
  return `must be a crypt hash that begins with '$5$' or '$6$': ${HOW}`
}
